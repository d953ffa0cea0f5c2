import Curl
import TestSupport
import Values

/// What came back.
struct Answer: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    init(_ response: IncomingResponse) {
        status = response.status
        headers = response.headers
        body = response.body
    }

    var text: String { String(decoding: body, as: UTF8.self) }
    /// The body, or null where it is no JSON.
    var json: JSON { (try? JSON(parsing: text)) ?? .null }

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// Itself where the status is that one.
    func expect(_ status: Int) throws -> Answer {
        guard self.status == status else { throw EndToEndError("expected \(status), got \(self.status): \(text)") }
        return self
    }
}
