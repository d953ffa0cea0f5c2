import HTTPTypes
package import Spec

/// The OpenAPI 3.1 document of a list of endpoints.
package enum OpenAPI {
    package static func document(of groups: [any EndpointGroup], version: String) -> JSON {
        var paths = JSONObject()
        for endpoint in groups.flatMap(\.endpoints).sorted(by: { $0.path < $1.path }) {
            let path = endpoint.path.replacing("...}", with: "}")
            var item = paths[path]?.object ?? JSONObject()
            for method in endpoint.method.map({ [$0] }) ?? [.get, .post] {
                item[method.rawValue.lowercased()] = operation(endpoint, method: method)
            }
            paths[path] = .object(item)
        }
        var schemas = JSONObject([("Error", errorSchema)])
        for (name, schema) in groups.flatMap(\.schemas) { schemas[name] = schema }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Integration Framework",
                "version": .string(version),
                "description": "Integrations, webhooks and API keys of a platform, declared in manifests and served from here.",
            ],
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas),
                "securitySchemes": [
                    "management": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"],
                    "apiKey": ["type": "apiKey", "in": "header", "name": "X-API-Key"],
                    "apiKeyBearer": ["type": "http", "scheme": "bearer"],
                ],
            ],
        ]
    }

    private static func operation(_ endpoint: Endpoint, method: HTTPRequest.Method) -> JSON {
        var operation = JSONObject([
            ("operationId", .string(endpoint.method == nil ? "\(endpoint.name)_\(method.rawValue.lowercased())" : endpoint.name)),
            ("summary", .string(endpoint.summary)),
        ])
        let parameters = pathParameters(endpoint.path) + endpoint.parameters.map(parameter)
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if let body = endpoint.body {
            operation["requestBody"] = [
                "required": .bool(!endpoint.isBodyOptional), "content": ["application/json": ["schema": body]],
            ]
        }
        operation["responses"] = responses(endpoint)
        operation["security"] = security(endpoint.access)
        return .object(operation)
    }

    private static func pathParameters(_ path: String) -> [JSON] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { segment in
            let name = segment.dropFirst().dropLast().replacing("...", with: "")
            return ["name": .string(String(name)), "in": "path", "required": true, "schema": ["type": "string"]]
        }
    }

    private static func parameter(_ parameter: Endpoint.Parameter) -> JSON {
        [
            "name": .string(parameter.name), "in": .string(parameter.location.rawValue),
            "description": .string(parameter.summary), "required": false, "schema": parameter.schema,
        ]
    }

    private static func responses(_ endpoint: Endpoint) -> JSON {
        var responses = JSONObject()
        for answer in endpoint.answers + implied(endpoint) where responses[String(answer.status.code)] == nil {
            var response = JSONObject([("description", .string(answer.summary))])
            if let schema = answer.schema {
                response["content"] = content(answer.mediaType ?? "application/json", schema)
            } else if let mediaType = answer.mediaType {
                response["content"] = content(mediaType, ["type": "string"])
            }
            responses[String(answer.status.code)] = .object(response)
        }
        return .object(responses)
    }

    private static func content(_ mediaType: String, _ schema: JSON) -> JSON {
        let body: JSON = ["schema": schema]
        return .object(JSONObject([(mediaType, body)]))
    }

    /// What the surroundings of an endpoint can answer in its place.
    private static func implied(_ endpoint: Endpoint) -> [Endpoint.Answer] {
        func failure(_ status: HTTPResponse.Status, _ summary: String) -> Endpoint.Answer {
            Endpoint.Answer(status, summary, schema: .schema("Error"))
        }
        var answers: [Endpoint.Answer] = []
        switch endpoint.access {
        case .anyone, .ownKeyCheck: break
        case .management:
            answers += [failure(.unauthorized, "No valid token"), failure(.forbidden, "The token may not do this")]
        case .managementOrKey, .key:
            answers += [
                failure(.unauthorized, "No valid token or key"), failure(.forbidden, "The token or key may not do this"),
                failure(.tooManyRequests, "A limit of the key is used up"),
            ]
        }
        if endpoint.body != nil {
            answers += [
                failure(.badRequest, "The body is not JSON"), failure(.contentTooLarge, "The body is too long"),
                failure(.unsupportedMediaType, "The body is not sent as JSON"),
            ]
        }
        if endpoint.body != nil || !endpoint.parameters.isEmpty || endpoint.access != .anyone {
            answers.append(failure(.unprocessableContent, "A field or parameter is wrong; details says which"))
        }
        if endpoint.path.contains("{") { answers.append(failure(.notFound, "There is no such object in the workspace")) }
        answers.append(failure(.serviceUnavailable, "The state cannot be written now"))
        return answers
    }

    private static func security(_ access: Endpoint.Access) -> JSON {
        switch access {
        case .anyone: []
        case .management: [["management": []]]
        case .managementOrKey: [["management": []], ["apiKey": []], ["apiKeyBearer": []]]
        case .ownKeyCheck, .key: [["apiKey": []], ["apiKeyBearer": []]]
        }
    }

    private static let errorSchema: JSON = [
        "type": "object",
        "required": ["statusCode", "error", "message", "code"],
        "properties": [
            "statusCode": ["type": "integer"],
            "error": ["type": "string"],
            "message": ["type": "string"],
            "code": ["type": "string"],
            "details": [
                "type": "array",
                "items": [
                    "type": "object", "required": ["field", "message"],
                    "properties": ["field": ["type": "string"], "message": ["type": "string"]],
                ],
                "maxItems": .integer(APIError.maximumDetails),
            ],
            "moreDetails": ["type": "integer", "description": "How many details are left out"],
        ],
    ]
}
