internal import HTTPTypes
package import Spec

/// Which part of a list is asked for: `?limit=` and `?cursor=`.
package struct Page: Sendable {
    package static let defaultLimit = 50
    package static let maximumLimit = 200

    package var limit: Int
    /// The id of the last item of the page before; lists run from the newest id to the oldest.
    package var after: String?

    package init(limit: Int = Page.defaultLimit, after: String? = nil) {
        self.limit = limit
        self.after = after
    }

    package init(_ call: Call) throws(APIError) {
        limit = Self.defaultLimit
        if let text = call.query("limit") {
            guard let number = Int(text), (1...Self.maximumLimit).contains(number) else {
                throw .invalid("limit", "must be a whole number from 1 to \(Self.maximumLimit)")
            }
            limit = number
        }
        if let cursor = call.query("cursor") {
            guard cursor.utf8.count <= 64,
                cursor.utf8.allSatisfy({
                    $0 == UInt8(ascii: "_") || Unicode.Scalar($0).properties.isAlphabetic
                        || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
                })
            else {
                throw .invalid("cursor", "is not one that a list answered as nextCursor")
            }
            after = cursor
        }
    }

    /// How many to fetch: one more than shown, to know whether there is a next page.
    package var fetchLimit: Int { limit + 1 }

    /// The answer for what was fetched with `fetchLimit`.
    package func reply<Item>(_ items: [Item], id: (Item) -> String, json: (Item) -> JSON) -> Reply {
        let shown = items.prefix(limit)
        let next: JSON = items.count > limit ? shown.last.map { .string(id($0)) } ?? nil : nil
        return Reply(.ok, ["data": .array(shown.map(json)), "nextCursor": next])
    }

    /// The parameters as the document describes them.
    package static let parameters = [
        Endpoint.Parameter(
            "limit", "How many at the most",
            schema: ["type": "integer", "minimum": 1, "maximum": .integer(maximumLimit), "default": .integer(defaultLimit)]),
        Endpoint.Parameter(
            "cursor", "The nextCursor of the page before", schema: ["type": "string", "maxLength": 64, "pattern": "^[0-9A-Za-z_]*$"]),
    ]
}
