<?php
// Sends an event to Deskbell with PHP alone: DESKBELL_URL=https://bell.example DESKBELL_KEY=dbk_… php send.php
function send(array ...$events): array
{
    $headers = ['Content-Type: application/json'];
    if ($key = getenv('DESKBELL_KEY')) { // none is needed while there are no keys
        $headers[] = "Authorization: Bearer $key";
    }
    $body = json_encode($events, JSON_THROW_ON_ERROR);
    $context = stream_context_create(['http' => ['method' => 'POST', 'header' => $headers, 'content' => $body, 'ignore_errors' => true, 'timeout' => 10]]);
    $answer = file_get_contents((getenv('DESKBELL_URL') ?: 'http://127.0.0.1:8080') . '/v1/events', false, $context);
    if ($answer === false || !str_contains($http_response_header[0], ' 202')) { // 422: the body says what is wrong with each event
        throw new RuntimeException("Deskbell refused the events: $answer");
    }
    return json_decode($answer, true, flags: JSON_THROW_ON_ERROR);
}

// Of its own id, an event is taken once, however often it is sent.
$chat = ['property' => 'acme', 'visitor' => 'v-php', 'chat' => 'c-php', 'text' => 'Hello?'];
echo 'PHP: ', json_encode(send(['id' => bin2hex(random_bytes(16)), 'type' => 'chat.requested', 'data' => $chat])['counts']), "\n";
