import HTTPTypes

/// Finds the endpoint of a method and a path.
///
/// A literal segment wins over a parameter, and the longest literal start over a shorter one with `{rest...}`. Empty segments mean
/// nothing, but for a slash at the end of a path in front of `{rest...}`: what stands behind the prefix, be it nothing, is then
/// the rest. HEAD is answered by what answers GET.
struct RouteTable<Handler: Sendable>: Sendable {
    enum Match {
        case handler(Handler, path: String, parameters: [String: String])
        /// The path is known, with these methods.
        case otherMethods([String], path: String)
        case nothing
    }

    private struct Route: Sendable {
        /// Nil for all.
        var method: HTTPRequest.Method?
        var path: String
        /// The names of the parameters in order.
        var names: [String]
        var handler: Handler
    }

    private struct Node: Sendable {
        var literals: [String: Node] = [:]
        /// One at the most; an array because a struct cannot hold itself.
        var parameter: [Node] = []
        var routes: [Route] = []
        var rest: [Route] = []
    }

    private var root = Node()

    /// - Parameter path: with parameters in braces, as `Endpoint.path`.
    mutating func add(_ method: HTTPRequest.Method?, _ path: String, _ handler: Handler) {
        let segments = path.split(separator: "/").map(String.init)
        let names = segments.filter { $0.hasPrefix("{") && !$0.hasSuffix("...}") }.map { String($0.dropFirst().dropLast()) }
        Self.add(Route(method: method, path: path, names: names, handler: handler), at: segments[...], to: &root)
    }

    /// - Parameter path: without the query, not decoded.
    func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
        let segments = path.split(separator: "/").map(String.init)
        guard let (routes, values) = Self.find(segments[...], endsWithSlash: path.hasSuffix("/"), in: root, []) else { return .nothing }
        let route =
            routes.first { $0.method == method || $0.method == nil } ?? (method == .head ? routes.first { $0.method == .get } : nil)
        guard let route else {
            var methods = Set(routes.compactMap { $0.method?.rawValue })
            if methods.contains("GET") { methods.insert("HEAD") }
            methods.insert("OPTIONS")
            return .otherMethods(methods.sorted(), path: routes.first?.path ?? path)
        }
        return .handler(route.handler, path: route.path, parameters: Dictionary(zip(route.names, values)) { first, _ in first })
    }

    private static func add(_ route: Route, at segments: ArraySlice<String>, to node: inout Node) {
        guard let segment = segments.first else { return node.routes.append(route) }
        if segment.hasSuffix("...}") {
            node.rest.append(route)
        } else if segment.hasPrefix("{") {
            if node.parameter.isEmpty { node.parameter.append(Node()) }
            add(route, at: segments.dropFirst(), to: &node.parameter[0])
        } else {
            add(route, at: segments.dropFirst(), to: &node.literals[segment, default: Node()])
        }
    }

    private static func find(
        _ segments: ArraySlice<String>, endsWithSlash: Bool, in node: Node, _ values: [String]
    ) -> (routes: [Route], values: [String])? {
        guard let segment = segments.first else {
            if endsWithSlash, !node.rest.isEmpty { return (node.rest, values) }
            return node.routes.isEmpty ? nil : (node.routes, values)
        }
        if let next = node.literals[segment], let found = find(segments.dropFirst(), endsWithSlash: endsWithSlash, in: next, values) {
            return found
        }
        if let next = node.parameter.first,
            let found = find(segments.dropFirst(), endsWithSlash: endsWithSlash, in: next, values + [segment])
        {
            return found
        }
        return node.rest.isEmpty ? nil : (node.rest, values)
    }
}
