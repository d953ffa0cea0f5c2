package import HTTPTypes
import Spec
package import Values

/// What an endpoint answers.
package struct Reply: Sendable {
    package var status: HTTPResponse.Status
    package var headers: HTTPFields
    package var content: Content

    package enum Content: Sendable {
        case none
        case json(JSON)
        /// A page of ours; nothing from outside stands in it unescaped.
        case html(String)
        /// Anything else, with its media type.
        case text(String, mediaType: String)
    }

    package init(_ status: HTTPResponse.Status, _ json: JSON, headers: HTTPFields = [:]) {
        self.status = status
        self.headers = headers
        self.content = .json(json)
    }

    package init(_ status: HTTPResponse.Status, headers: HTTPFields = [:], content: Content = .none) {
        self.status = status
        self.headers = headers
        self.content = content
    }
}
