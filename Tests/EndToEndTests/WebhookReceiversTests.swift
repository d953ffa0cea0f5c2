import Foundation
import TestSupport
import Testing
import Values

/// Deliveries as verifiers that we did not write see them.
@Suite(
    .serialized, .enabled(if: Peer.node.isExpected, "\(Peer.node.absence)"),
    .enabled(if: Peer.python.isExpected, "\(Peer.python.absence)"))
struct WebhookReceiversTests {
    /// 32 bytes of base64 after the prefix, as Standard Webhooks wants.
    private static let secret = "whsec_ZTJlLXRlc3Qtc2VjcmV0LW9ubHktMzItYnl0ZXMhISE="

    /// What JavaScript would write differently if the payload were not exactly in its form.
    private static let data = """
        {"floats": [0.1, 0.30000000000000004, 1e21, 1e-7, 123456789.125, -0, 5e-324, 1.7976931348623157e308, 100, 1E2],
         "10": "ten", "9": "nine", "01": "not an index", "b": 1, "a": {"2": [], "1": {"deep": [null, true, false, {}]}},
         "text": "Grüße, 世界, עולם \\u2028 \\u007f \\" \\\\ / \\n", "emoji": "👩‍👩‍👧 🎉 \\ud83d\\ude00", "accented": "e\\u0301 é", "empty": ""}
        """

    @Test func `Node's re-serialising verifier and Python's standardwebhooks accept deliveries and refuse any flipped byte`() async throws {
        let bench = try Workbench(["HOOK_SECRET": Self.secret])
        let node = try startReceiver(try Peer.node.require(), "reserialising.cjs", in: bench)
        let python = try startReceiver(try Peer.python.require(), "standard.py", in: bench)
        let tap = try await ScriptedReceiver.start { _ in .respond(200) }
        let nodePort = try await Self.port(of: node)
        let pythonPort = try await Self.port(of: python)
        try await bench.apply(
            """
            version: 1
            workspace: acme
            webhooks:
              node: { name: Node, url: "http://127.0.0.1:\(nodePort)/", events: ["*"], secret: { env: HOOK_SECRET } }
              python: { name: Python, url: "http://127.0.0.1:\(pythonPort)/", events: ["*"], secret: { env: HOOK_SECRET } }
              tap: { name: Tap, url: "\(tap.url)/", events: [POST_PUBLISHED], secret: { env: HOOK_SECRET } }
            """)
        let runtime = try await bench.serve()
        let body = "{\"event\": \"POST_PUBLISHED\", \"data\": \(Self.data)}"
        let accepted = try await runtime.admin.call(
            "POST", "/api/events", headers: [("Content-Type", "application/json")], body: Array(body.utf8)
        ).expect(202)
        #expect(accepted.json["deliveries"]?.array?.count == 3)

        // Straight from the runtime: one attempt each, and it was believed.
        let webhooks = try await runtime.webhookIDs()
        for name in ["Node", "Python", "Tap"] {
            let id = try #require(webhooks[name])
            let delivered = try await eventually("the delivery to \(name)") {
                let delivery = try await runtime.deliveries(of: id).first
                return delivery?["status"]?.string == "DELIVERED" ? delivery : nil
            }
            let one = try await runtime.admin.get("/api/integrations/webhooks/\(id)/deliveries/\(delivered["id"]?.string ?? "")").expect(
                200)
            #expect(one.json["attempts"]?.array?.count == 1, "\(name): \(one.text)")
        }

        // The same delivery again, whole and with one byte flipped in each part that a signature covers.
        let request = try #require(tap.requests.first)
        let toNode = API(url: "http://127.0.0.1:\(nodePort)")
        let toPython = API(url: "http://127.0.0.1:\(pythonPort)")
        #expect(try await toNode.replay(request).status == 200)
        #expect(try await toPython.replay(request).status == 200)
        for index in request.body.indices {
            var changed = request
            changed.body[index] ^= 1
            let answer = try await toPython.replay(changed)
            #expect(answer.status == 401, "python took byte \(index) of \(request.text)")
        }
        // What Node re-serialises is the meaning: a flip there must be one that changes it, as every flip inside a string does.
        for word in ["POST_PUBLISHED", "acme", "Grüße", "世界", "🎉", "nine", "deep"] {
            let place = try #require(request.text.utf8.firstRange(of: Array(word.utf8)))
            for index in request.text.utf8[..<place.lowerBound].count..<request.text.utf8[..<place.upperBound].count {
                var changed = request
                changed.body[index] ^= 1
                #expect(try await toNode.replay(changed).status != 200, "node took byte \(index) of \(word)")
            }
        }
        for (header, api) in [
            ("x-webhook-signature", toNode), ("webhook-id", toPython), ("webhook-timestamp", toPython), ("webhook-signature", toPython),
        ] {
            let changed = try #require(Self.flipped(header, of: request))
            #expect(try await api.replay(changed).status == 401, "\(header) flipped and still believed")
        }
        node.signal(SIGKILL)
        python.signal(SIGKILL)
        await tap.stop()
        try await runtime.stop()
    }

    private func startReceiver(_ interpreter: String, _ script: String, in bench: Workbench) throws -> RunningProcess {
        try RunningProcess(
            interpreter, ["\(packageRoot)/Tests/Fixtures/receivers/\(script)"],
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "WEBHOOK_SECRET": Self.secret, "LANG": "C.UTF-8"],
            folder: bench.folder.path)
    }

    private static func port(of receiver: RunningProcess) async throws -> Int {
        let line = try await receiver.line(containing: "listening")
        return try #require(line.split(separator: " ").last.flatMap { Int($0) })
    }

    /// The lowest bit of one character in the middle of a header's value; the last ones of base64 may carry no meaning.
    private static func flipped(_ header: String, of request: ScriptedReceiver.Request) -> ScriptedReceiver.Request? {
        var changed = request
        guard let place = changed.headers.firstIndex(where: { $0.name.lowercased() == header }) else { return nil }
        var value = Array(changed.headers[place].value.utf8)
        var index = value.count / 2
        while !value[index].isLetterOrDigit || !(value[index] ^ 1).isLetterOrDigit { index -= 1 }
        value[index] ^= 1
        changed.headers[place].value = String(decoding: value, as: UTF8.self)
        return changed
    }
}

extension API {
    /// Sends a recorded delivery to this address.
    fileprivate func replay(_ request: ScriptedReceiver.Request) async throws -> Answer {
        let kept = request.headers.filter { !["host", "content-length", "connection"].contains($0.name.lowercased()) }
        return try await call("POST", "/", headers: kept, body: request.body)
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: false
        }
    }
}
