import HTTPTypes
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

/// Where a management token is sent, and where it never is.
struct RemoteAPITests {
    private let token = Secret("a-management-token-of-this-test")

    @Test(arguments: [
        "http://receiver.example", "http://10.0.0.1:8080", "http://127.0.0.2.example", "http://localhost.example:80", "ftp://127.0.0.1",
        "127.0.0.1:8080", "", "http://127.0.0.1:1@192.0.2.1", "http://localhost:80@192.0.2.1:8080",
    ])
    func `a server that is neither https nor loopback is refused before anything is sent`(server: String) {
        let failure = #expect(throws: ManagementFailure.self) { _ = try RemoteAPI(server: server, token: token) }
        #expect(failure?.message.hasPrefix("the address of the server cannot be used: the URL ") == true, "\(failure?.message ?? "")")
        #expect(failure?.message.contains("a-management-token") == false)
        #expect(failure?.status == nil)
    }

    @Test func `loopback gets the token, the path and the query, and a refusal comes back in the server's words`() async throws {
        let receiver = try await ScriptedReceiver.start { request in
            request.path.hasPrefix("/api/integrations")
                ? .respond(200, body: Array(#"{"data": [], "nextCursor": null}"#.utf8))
                : .respond(
                    422,
                    body: Array(
                        #"{"message": "two are wrong", "code": "validation_failed", "details": [{"field": "a", "message": "is"}, {"field": "b", "message": "too"}]}"#
                            .utf8))
        }
        let api = try RemoteAPI(server: receiver.url + "/", token: token)
        #expect(try await api.list("/api/integrations", query: [("workspaceId", "a b&c")]).items.isEmpty)
        let request = try #require(receiver.requests.first)
        #expect(
            request.path == "/api/integrations?workspaceId=a%20b%26c&limit=200"
                || request.path == "/api/integrations?workspaceId=a+b%26c&limit=200")
        #expect(request.header("Authorization") == "Bearer a-management-token-of-this-test")
        let failure = await #expect(throws: ManagementFailure.self) {
            _ = try await api.json(ManagementRequest(.post, "/api/events", body: [:]))
        }
        #expect(failure?.status == 422)
        #expect(failure?.code == "validation_failed")
        #expect(failure?.message == "two are wrong\n  a is\n  b too")
        await receiver.stop()
    }

    @Test func `a server that is not there is named, and the token is not`() async throws {
        let port = try await freePort()
        let api = try RemoteAPI(server: "http://127.0.0.1:\(port)", token: token)
        let failure = await #expect(throws: ManagementFailure.self) { _ = try await api.send(ManagementRequest(.get, "/api/integrations")) }
        #expect(failure?.message.hasPrefix("the server http://127.0.0.1:\(port) did not answer") == true)
        #expect(failure?.message.contains("a-management-token") == false)
    }
}
