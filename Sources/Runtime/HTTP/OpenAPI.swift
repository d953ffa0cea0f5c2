import HTTPTypes
import Spec
package import Values

/// The OpenAPI 3.1 document of a list of endpoints.
package enum OpenAPI {
    package static func document(of groups: [any EndpointGroup], version: String, server: String) -> JSON {
        var paths = JSONObject()
        let tagged = groups.flatMap { group in group.endpoints.map { (endpoint: $0, tag: group.tag.name) } }
        for (endpoint, tag) in tagged.sorted(by: { $0.endpoint.path < $1.endpoint.path }) {
            let path = endpoint.path.replacing("...}", with: "}")
            var item = paths[path]?.object ?? JSONObject()
            for method in endpoint.method.map({ [$0] }) ?? anyMethod {
                item[method.rawValue.lowercased()] = operation(endpoint, method: method, tag: tag)
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
            "servers": [["url": .string(server)]],
            "tags": .array(groups.map { ["name": .string($0.tag.name), "description": .string($0.tag.summary)] }),
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas),
                "headers": .object(limitHeaders),
                "securitySchemes": [
                    "management": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"],
                    "apiKey": ["type": "apiKey", "in": "header", "name": "X-API-Key"],
                    "apiKeyBearer": ["type": "http", "scheme": "bearer"],
                ],
            ],
        ]
    }

    private static func operation(_ endpoint: Endpoint, method: HTTPRequest.Method, tag: String) -> JSON {
        var operation = JSONObject([
            ("operationId", .string(endpoint.method == nil ? "\(endpoint.name)_\(method.rawValue.lowercased())" : endpoint.name)),
            ("summary", .string(endpoint.summary)), ("tags", .array([.string(tag)])),
        ])
        let parameters = pathParameters(endpoint.path) + endpoint.parameters.map(parameter)
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if let body = endpoint.body {
            operation["requestBody"] = [
                "required": .bool(!endpoint.isBodyOptional), "content": ["application/json": ["schema": body]],
            ]
        }
        operation["responses"] = responses(endpoint, method)
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

    private static func responses(_ endpoint: Endpoint, _ method: HTTPRequest.Method) -> JSON {
        var responses = JSONObject()
        for answer in endpoint.answers + implied(endpoint) where responses[String(answer.status.code)] == nil {
            var response = JSONObject([("description", .string(answer.summary))])
            if method == .head {
                // RFC 9110 § 9.3.2: no content.
            } else if let schema = answer.schema {
                response["content"] = content(answer.mediaType ?? "application/json", schema)
            } else if let mediaType = answer.mediaType {
                response["content"] = content(mediaType, ["type": "string"])
            }
            let headers = headers(answer, endpoint.access)
            if !headers.isEmpty { response["headers"] = .object(headers) }
            responses[String(answer.status.code)] = .object(response)
        }
        return .object(responses)
    }

    /// What an endpoint of any method is listed under: the methods that OpenAPI 3.1 has names for.
    private static let anyMethod: [HTTPRequest.Method] = [.get, .put, .post, .delete, .options, .head, .patch, .trace]

    /// The headers of an answer: its own, and what is left of the limits of a key.
    private static func headers(_ answer: Endpoint.Answer, _ access: Endpoint.Access) -> JSONObject {
        var headers = JSONObject()
        for (name, schema) in answer.headers { headers[name.rawName] = ["required": true, "schema": schema] }
        let isCounted =
            switch access {
            case .anyone, .management: false
            case .managementOrKey, .ownKeyCheck: answer.status.kind == .successful || answer.status == .tooManyRequests
            }
        if isCounted {
            for (name, _) in limitHeaders.members where name != "Retry-After" || answer.status == .tooManyRequests {
                headers[name] = ["$ref": .string("#/components/headers/\(name)")]
            }
        }
        return headers
    }

    /// `KeyAnswer.limitHeaders`, and what a denial adds.
    private static let limitHeaders = JSONObject([
        limitHeader("X-RateLimit-Limit", "Calls that the window with the least remaining allows", type: "integer"),
        limitHeader("X-RateLimit-Remaining", "Calls that it has left", type: "integer"),
        limitHeader("X-RateLimit-Reset", "When it starts anew, ISO 8601", type: "string"),
        limitHeader("RateLimit-Policy", "All windows: quota (q) and length in seconds (w)", type: "string"),
        limitHeader("RateLimit", "All windows: remaining (r) and seconds until they start anew (t)", type: "string"),
        limitHeader("Retry-After", "Seconds until a call can pass", type: "integer"),
    ])

    private static func limitHeader(_ name: String, _ summary: String, type: String) -> (String, JSON) {
        let header: JSON = ["description": .string(summary + "; absent for a key without limits"), "schema": ["type": .string(type)]]
        return (name, header)
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
        case .managementOrKey:
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
        case .ownKeyCheck: [["apiKey": []], ["apiKeyBearer": []]]
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
