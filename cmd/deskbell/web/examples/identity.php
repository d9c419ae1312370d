<?php
// Says who a visitor is, with PHP alone: DESKBELL_KEY=dbk_… php identity.php prints what the page sends as its identity.

// sign gives a JSON Web Token by HS256. Its key is the SHA-256 of Deskbell's key, in hex: Deskbell keeps no more of that.
function sign(array $claims, string $key): string
{
    $part = fn (string $data): string => rtrim(strtr(base64_encode($data), '+/', '-_'), '=');
    $signed = $part(json_encode(['alg' => 'HS256', 'typ' => 'JWT'])) . '.' . $part(json_encode($claims, JSON_THROW_ON_ERROR));
    return $signed . '.' . $part(hash_hmac('sha256', $signed, hash('sha256', $key), true));
}

echo sign(['sub' => 'u17', 'name' => 'Ann', 'exp' => time() + 3600], getenv('DESKBELL_KEY')), "\n";
