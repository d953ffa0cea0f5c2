import Foundation
import Logging
import Spec
import Store
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

struct OpenAPIDocumentTests {
    private func document() async throws -> JSON {
        let folder = TemporaryFolder("openapi")
        let store = try Store(state: folder.state.location, keyring: nil)
        let components = try await RuntimeComponents(
            store: store, configuration: RuntimeConfiguration(publicURL: "https://hooks.example.com"), clock: { KeyWorld.start },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return OpenAPI.document(of: components.groups, version: "1", server: components.configuration.publicURL)
    }

    @Test func `a key check is listed under every method that OpenAPI knows, each with a name of its own`() async throws {
        let document = try await document()
        for path in ["/auth/check", "/auth/check/{rest}"] {
            let item = try #require(document["paths"]?[path]?.object)
            #expect(Set(item.keys) == ["get", "put", "post", "delete", "options", "head", "patch", "trace"])
            #expect(Set(item.members.compactMap { $0.value["operationId"]?.string }).count == 8)
            // RFC 9110 § 9.3.2: an answer to HEAD has no content.
            #expect(item["head"]?["responses"]?["401"]?["content"] == nil)
            #expect(item["get"]?["responses"]?["401"]?["content"] != nil)
        }
    }

    @Test func `answers to keys list what is left of their limits, a denial also when to come back`() async throws {
        let document = try await document()
        let limits = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit-Policy", "RateLimit"]
        let check = document["paths"]?["/auth/check"]?["get"]?["responses"]
        #expect(
            Set(check?["200"]?["headers"]?.object?.keys ?? [])
                == Set(limits + ["X-Key-Id", "X-Key-Policy", "X-Key-Scopes", "X-Workspace-Id"]))
        #expect(Set(check?["429"]?["headers"]?.object?.keys ?? []) == Set(limits + ["Retry-After"]))
        let events = document["paths"]?["/api/events"]
        #expect(Set(events?["post"]?["responses"]?["202"]?["headers"]?.object?.keys ?? []) == Set(limits))
        #expect(events?["get"]?["responses"]?["200"]?["headers"] == nil)
        for name in limits + ["Retry-After"] { #expect(document["components"]?["headers"]?[name]?["schema"] != nil) }
    }

    @Test func `the document names its server, and every operation has a tag that the document explains`() async throws {
        let document = try await document()
        #expect(document["servers"]?.array?.first?["url"]?.string == "https://hooks.example.com")
        let tags = document["tags"]?.array?.compactMap { $0["name"]?.string } ?? []
        #expect(Set(tags).count == tags.count && tags.count >= 8)
        for (path, item) in document["paths"]?.object?.members ?? [] {
            for (method, operation) in item.object?.members ?? [] {
                let tag = try #require(operation["tags"]?.array?.first?.string, "\(method) \(path)")
                #expect(tags.contains(tag))
            }
        }
    }
}
