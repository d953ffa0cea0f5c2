import HTTPTypes
import Testing

@testable import IntegrationRuntime

struct RouteTableTests {
    private static let table: RouteTable<String> = {
        var table = RouteTable<String>()
        table.add(.get, "/things", "list")
        table.add(.post, "/things", "create")
        table.add(.get, "/things/{id}", "get")
        table.add(.get, "/things/special", "special")
        table.add(.get, "/things/{id}/parts/{part}", "part")
        table.add(nil, "/check", "check")
        table.add(nil, "/check/{rest...}", "check-rest")
        return table
    }()

    private func found(_ method: HTTPRequest.Method, _ path: String) -> String {
        switch Self.table.match(method, path) {
        case .handler(let handler, _, let parameters):
            ([handler] + parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
        case .otherMethods(let methods, let path): "405 \(methods.joined(separator: ",")) \(path)"
        case .nothing: "404"
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "/things", "list"), (.get, "/things/", "list"), (.head, "/things", "list"), (.post, "/things", "create"),
        (.get, "/things/a", "get id=a"), (.get, "/things/special", "special"), (.get, "/things/special/parts/2", "part id=special part=2"),
        (.delete, "/things", "405 GET,HEAD,OPTIONS,POST /things"), (.patch, "/things/a", "405 GET,HEAD,OPTIONS /things/{id}"),
        (.options, "/things", "405 GET,HEAD,OPTIONS,POST /things"), (.get, "/thing", "404"), (.get, "/", "404"),
        (.get, "/things/a/b", "404"),
        (.trace, "/check", "check"), (.get, "/check/", "check-rest"), (.get, "/check//", "check-rest"), (.put, "/check/a/b", "check-rest"),
        (.get, "/checks", "404"), (.get, "/Check", "404"),
    ])
    func `a method and a path lead to one handler`(method: HTTPRequest.Method, path: String, expected: String) {
        #expect(found(method, path) == expected)
    }
}
