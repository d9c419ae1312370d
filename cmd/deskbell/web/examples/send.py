# Sends an event to Deskbell with Python alone: DESKBELL_URL=https://bell.example DESKBELL_KEY=dbk_… python3 send.py
import json, os, urllib.error, urllib.request, uuid


def send(*events):
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get("DESKBELL_KEY"):  # none is needed while there are no keys
        headers["Authorization"] = "Bearer " + key
    url = os.environ.get("DESKBELL_URL", "http://127.0.0.1:8080") + "/v1/events"
    request = urllib.request.Request(url, json.dumps(events).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)
    except urllib.error.HTTPError as refused:  # 422: the body says what is wrong with each event
        raise SystemExit(f"{refused.code}: {refused.read().decode()}")


# Of its own id, an event is taken once, however often it is sent.
chat = {"property": "acme", "visitor": "v-python", "chat": "c-python", "text": "Hello?"}
print("Python:", send({"id": str(uuid.uuid4()), "type": "chat.requested", "data": chat})["counts"])
