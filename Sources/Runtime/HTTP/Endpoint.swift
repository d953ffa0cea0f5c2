package import HTTPTypes
import Spec
package import Values

/// One operation of the API: how it is reached, what it takes, what it answers, and the code.
///
/// The router and the OpenAPI document are both made from the list of these, so neither can know what the other
/// does not.
package struct Endpoint: Sendable {
    /// Nil for an endpoint that takes every method.
    package var method: HTTPRequest.Method?
    /// With parameters in braces: `/api/integrations/{id}`; a last `{rest...}` takes any number of segments.
    package var path: String
    /// Unique; OpenAPI's `operationId`.
    package var name: String
    /// One sentence, for the document.
    package var summary: String
    package var access: Access
    package var parameters: [Parameter]
    /// JSON Schema of the body; nil for an operation without one.
    package var body: JSON?
    /// Whether the body may be left out.
    package var isBodyOptional: Bool
    /// Longer bodies are refused with 413 before they are read.
    package var maximumBodyBytes: Int
    /// The answers of its own; those that access, body and limits bring are added where the document is made.
    package var answers: [Answer]
    package var handle: @Sendable (Call) async throws -> Reply

    package enum Access: Sendable, Hashable {
        case anyone
        /// A bearer JWT whose role is at least this.
        case management(Principal.Role)
        /// A bearer JWT of any role, or an API key that holds the scope.
        case managementOrKey(scope: String)
        /// The endpoint reads the API key by itself.
        case ownKeyCheck
    }

    package struct Parameter: Sendable {
        package enum Location: String, Sendable {
            case query
            case header
        }

        package var name: String
        package var location: Location
        package var summary: String
        package var schema: JSON

        package init(_ name: String, in location: Location = .query, _ summary: String, schema: JSON = ["type": "string"]) {
            self.name = name
            self.location = location
            self.summary = summary
            self.schema = schema
        }
    }

    package struct Answer: Sendable {
        package var status: HTTPResponse.Status
        package var summary: String
        /// JSON Schema of the body; nil where there is none.
        package var schema: JSON?
        /// Anything but `application/json`.
        package var mediaType: String?

        /// Headers of its own that it always carries, with their schemas.
        package var headers: [(name: HTTPField.Name, schema: JSON)]

        package init(
            _ status: HTTPResponse.Status, _ summary: String, schema: JSON? = nil, mediaType: String? = nil,
            headers: [(name: HTTPField.Name, schema: JSON)] = []
        ) {
            self.status = status
            self.summary = summary
            self.schema = schema
            self.mediaType = mediaType
            self.headers = headers
        }
    }

    package init(
        _ method: HTTPRequest.Method?, _ path: String, name: String, summary: String, access: Access,
        parameters: [Parameter] = [], body: JSON? = nil, isBodyOptional: Bool = false, maximumBodyBytes: Int = 256 * 1024,
        answers: [Answer], handle: @escaping @Sendable (Call) async throws -> Reply
    ) {
        self.method = method
        self.path = path
        self.name = name
        self.summary = summary
        self.access = access
        self.parameters = parameters
        self.body = body
        self.isBodyOptional = isBodyOptional
        self.maximumBodyBytes = maximumBodyBytes
        self.answers = answers
        self.handle = handle
    }
}

extension Endpoint {
    /// Whether it answers page by page.
    var isList: Bool { parameters.contains { $0.name == Page.parameters[0].name } }
}

/// The operations of one domain noun, with the schemas that they refer to as `#/components/schemas/NAME`.
package protocol EndpointGroup: Sendable {
    var endpoints: [Endpoint] { get }
    var schemas: [(name: String, schema: JSON)] { get }
    /// The noun, under which the document lists the operations.
    var tag: (name: String, summary: String) { get }
}

extension JSON {
    /// A reference to a shared schema of the document.
    package static func schema(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }

    /// The schema of a list answer.
    package static func page(of name: String) -> JSON {
        [
            "type": "object", "required": ["data", "nextCursor"], "additionalProperties": false,
            "properties": [
                "data": ["type": "array", "items": .schema(name)],
                "nextCursor": ["type": ["string", "null"]],
            ],
        ]
    }
}
