package push_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/push"
	"github.com/deskbell/deskbell/jobs/destination/push/pushtest"
)

// eceVariable names the folder of the npm package http_ece.
const eceVariable = "DESKBELL_HTTP_ECE"

// decrypt reads a message from standard input. Its arguments are the module, the private key and the secret of the browser.
const decrypt = `
const crypto = require('crypto'), [module, key, authSecret] = process.argv.slice(1)
const browser = crypto.createECDH('prime256v1')
browser.setPrivateKey(Buffer.from(key, 'base64url'))
const message = require('fs').readFileSync(0)
process.stdout.write(require(module).decrypt(message, {version: 'aes128gcm', privateKey: browser, authSecret}))`

// TestAnotherImplementationReadsThePush decrypts with http_ece, which knows nothing of pushtest.
func TestAnotherImplementationReadsThePush(t *testing.T) {
	t.Parallel()
	folder, end := os.Getenv(eceVariable), t.Skipf
	if os.Getenv("CI") == "true" {
		end = t.Fatalf
	}
	node, err := exec.LookPath("node")
	if folder == "" || err != nil {
		end("needs %[1]s: apt-get install nodejs; .ci/ece FOLDER; export %[1]s=FOLDER", eceVariable) // .ci/tests counts these lines
	}
	b := pushtest.New(t)
	for _, body := range []string{`{"title":"Léa"}`, strings.Repeat("a", deliver.MostPush)} {
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			message, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			read := exec.CommandContext(t.Context(), node, "-e", decrypt, filepath.Join(folder, "package", "ece.js"), b.Private(), b.Auth())
			read.Stdin = bytes.NewReader(message)
			var said bytes.Buffer
			read.Stderr = &said
			if got, err := read.Output(); err != nil || string(got) != body {
				t.Errorf("http_ece reads %d bytes, %v: %s", len(got), err, said.String())
			}
		}))
		t.Cleanup(server.Close)
		p := b.Push(server.URL)
		p.Body = []byte(body)
		if err := push.New(here(), 0).Push(t.Context(), p); err != nil {
			t.Error(err)
		}
	}
}
