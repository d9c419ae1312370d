package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/view"
)

// TestAWorkerRunsOverEveryFormOfRedis applies a file and waits until a real worker
// has decided on it.
func TestAWorkerRunsOverEveryFormOfRedis(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(*testing.T) string{
		"single":   func(t *testing.T) string { return redistest.Start(t).URL() },
		"unix":     unixURL,
		"TLS":      tlsURL,
		"Sentinel": sentinelURL,
		"Cluster":  clusterURL,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := []string{"REDIS_URL=" + url(t), "LOG_FORMAT=text", "DESKBELL_PARTITIONS=3"}
			file := filepath.Join(t.TempDir(), "deskbell.yaml")
			if err := os.WriteFile(file, []byte("agents: {lea: {}}\nproperties: {acme: {agents: [lea]}}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			worker := start(t, 0, env, "worker", "--definitions", file)
			t.Cleanup(func() {
				if t.Failed() {
					t.Log(worker.out)
				}
			})
			redistest.Wait(t, "the worker has decided", func() bool {
				status := start(t, 0, env, "status", "acme", "--json")
				_ = status.cmd.Wait() // an error says that there is no such property yet
				var s view.PropertyStatus
				return json.Unmarshal([]byte(status.out.String()), &s) == nil && s.Widget.Status == "online"
			})
			worker.stop()
			if log := worker.out.String(); strings.Contains(log, "level=error") {
				t.Errorf("the worker says:\n%s", log)
			}
		})
	}
}

func unixURL(t *testing.T) string {
	dir, err := os.MkdirTemp("", "deskbell") //nolint:usetesting // a socket's path has a hundred characters at most
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	redistest.Start(t, redistest.Setting("unixsocket "+dir+"/s"))
	return "unix://" + dir + "/s"
}

func sentinelURL(t *testing.T) string {
	sentinel := redistest.StartSentinel(t, redistest.Start(t))
	return "redis-sentinel://" + sentinel.Addr() + "/0?master=" + redistest.MasterName
}

func clusterURL(t *testing.T) string {
	var addresses []string
	for _, node := range redistest.StartCluster(t).Nodes {
		addresses = append(addresses, node.Addr())
	}
	return "redis-cluster://" + strings.Join(addresses, ",")
}

func tlsURL(t *testing.T) string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: certificate}, "key.pem": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	port := redistest.FreePort(t)
	redistest.Start(t, redistest.Setting(fmt.Sprintf("tls-port %d\ntls-cert-file %s/cert.pem\ntls-key-file %s/key.pem\ntls-ca-cert-file %s/cert.pem\ntls-auth-clients no", port, dir, dir, dir)))
	return fmt.Sprintf("rediss://127.0.0.1:%d/0?skip_verify=true", port)
}
