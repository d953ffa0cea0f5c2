import Foundation
import Spec
import TestSupport
import Testing
import Values

/// The running server against its own document, with requests that schemathesis makes up.
@Suite(.serialized, .enabled(if: Peer.python.isExpected, "\(Peer.python.absence)"))
struct OpenAPITests {
    @Test func `schemathesis finds no server error and no answer that the document does not list`() async throws {
        let python = try Peer.python.require()
        let bench = try Workbench(["HOOK_SECRET": "whsec_ZTJlLXRlc3Qtc2VjcmV0LW9ubHktMzItYnl0ZXMhISE="])
        try await bench.apply(
            """
            version: 1
            workspace: acme
            scopes:
              posts:read: Read posts
              events:write: Send events
            keyPolicies:
              production: { scopes: ["posts:*"], rateLimitPerHour: 1000 }
            webhooks:
              declared: { name: Declared, url: "http://127.0.0.1:9/", events: [POST_PUBLISHED], secret: { env: HOOK_SECRET } }
            """)
        let runtime = try await bench.serve()
        // Objects to be found, so that answers other than 404 come up.
        _ = try await runtime.admin.post(
            "/api/integrations/webhooks", ["name": "Made", "url": "https://receiver.example/", "events": ["POST_PUBLISHED"]]
        ).expect(201)
        _ = try await runtime.admin.post("/api/integrations/api-keys", ["name": "Key", "policy": "production"]).expect(201)
        _ = try await runtime.admin.post("/api/events", ["event": "POST_PUBLISHED", "data": ["postId": "post_1"]]).expect(202)

        let schemathesis = try RunningProcess(
            python,
            [
                "-c", "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())", "run",
                "\(runtime.anybody.url)/openapi.json",
                "--header", "Authorization: Bearer \(try bench.token())",
                "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
                "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "20", "--request-timeout", "10",
                "--seed", "20", "--generation-deterministic", "--no-shrink", "--continue-on-failure",
                "--suppress-health-check", "all", "--warnings", "off", "--no-color",
            ],
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": bench.folder.path, "LANG": "C.UTF-8", "NO_PROXY": "*"],
            folder: bench.folder.path)
        let exit = try await schemathesis.ended(within: .seconds(240))
        #expect(exit.code == 0, "\(schemathesis.output)\n\(schemathesis.errors)")
        // It did reach every endpoint that the document lists.
        let operations = try #require(schemathesis.output.firstMatch(of: /Operations: +(\d+) selected \/ (\d+) total/))
        #expect(operations.1 == operations.2)
        #expect(schemathesis.output.contains("Tested: \(operations.1)\n"), "\(schemathesis.output)")
        #expect(try await runtime.anybody.get("/readyz").status == 200)
        try await runtime.stop()
    }
}
