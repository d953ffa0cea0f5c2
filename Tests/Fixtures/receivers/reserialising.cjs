// Receives deliveries as a Node handler behind a JSON body parser does: it has the parsed payload only, and verifies
// the signature over what JSON.stringify makes of it. WEBHOOK_SECRET is the secret; prints the port it listens on.
'use strict';
const { createHmac, timingSafeEqual } = require('node:crypto');
const { createServer } = require('node:http');

const secret = process.env.WEBHOOK_SECRET;

function isGenuine(payload, signature) {
    const expected = Buffer.from(createHmac('sha256', secret).update(JSON.stringify(payload)).digest('hex'));
    const given = Buffer.from(String(signature));
    return given.length === expected.length && timingSafeEqual(given, expected);
}

const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
        let payload;
        try {
            payload = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        } catch {
            response.writeHead(400).end('not JSON');
            return;
        }
        const genuine = isGenuine(payload, request.headers['x-webhook-signature']);
        response.writeHead(genuine ? 200 : 401).end(genuine ? 'OK' : 'Invalid signature');
    });
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
// Ends by itself should the test that started it be gone.
setTimeout(() => process.exit(0), 120_000);
