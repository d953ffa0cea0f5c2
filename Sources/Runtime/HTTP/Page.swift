internal import HTTPTypes
import Spec
package import Store
package import Values

/// Which part of a list is asked for: `?limit=` and `?cursor=`.
///
/// A page ends early, with a cursor, where its items would hold more than `maximumBytes`; one item is always shown.
package struct Page: Sendable {
    package static let defaultLimit = 50
    package static let maximumLimit = 200
    /// Of what the store reads for a page, and of what its items take as JSON.
    package static let maximumBytes = 1 << 20

    package var limit: Int
    /// The id of the last item of the page before; lists run from the newest id to the oldest.
    package var after: String?
    /// Whether items come with their bodies (`?include=body`); only lists that take `Page.include` ask.
    package var includesBody = false
    private var isAbandoned: @Sendable () -> Bool = { false }

    package init(limit: Int = Page.defaultLimit, after: String? = nil) {
        self.limit = limit
        self.after = after
    }

    /// A page of a list whose items have ids of one kind.
    package init<Kind: Identified>(_ call: Call, of kind: Kind.Type) throws(APIError) {
        try self.init(call) { Identifier<Kind>($0) != nil }
    }

    /// A page of a list whose items are numbered.
    package init(_ call: Call) throws(APIError) {
        try self.init(call) { Int($0) != nil && $0.utf8.allSatisfy(\.isASCIIDigit) }
    }

    private init(_ call: Call, isCursor: (String) -> Bool) throws(APIError) {
        limit = Self.defaultLimit
        if let text = call.query("limit") {
            guard let number = Int(text), (1...Self.maximumLimit).contains(number) else {
                throw .invalid("limit", "must be a whole number from 1 to \(Self.maximumLimit)")
            }
            limit = number
        }
        if let part = call.query("include") {
            guard part == "body" else { throw .invalid("include", "must be body") }
            includesBody = true
        }
        isAbandoned = call.isAbandoned
        if let cursor = call.query("cursor") {
            guard isCursor(cursor) else { throw .invalid("cursor", "is not one that this list answered as nextCursor") }
            after = cursor
        }
    }

    /// What the store reads for the page.
    package var storeLimit: PageLimit { PageLimit(items: limit, bytes: Self.maximumBytes) }

    /// The answer for what was read within `storeLimit`; an empty one where the client has gone.
    package func reply<Item>(_ items: ListPage<Item>, id: (Item) -> String, json: (Item) -> JSON) -> Reply {
        var shown: [JSON] = []
        var bytes = 0
        for item in items.prefix(limit) {
            guard !isAbandoned() else { return Reply(.serviceUnavailable) }
            let value = json(item)
            bytes += value.utf8.count
            guard shown.isEmpty || bytes <= Self.maximumBytes else { break }
            shown.append(value)
        }
        let hasMore = items.hasMore || shown.count < items.count
        let next: JSON = hasMore && !shown.isEmpty ? .string(id(items[shown.count - 1])) : nil
        return Reply(.ok, ["data": .array(shown), "nextCursor": next])
    }

    /// Bodies as the document describes them, for lists whose items have one.
    package static let include = Endpoint.Parameter(
        "include", "`body` shows items with their bodies, which lists leave out; pages then end early to stay small",
        schema: ["type": "string", "enum": ["body"]])

    /// The parameters as the document describes them.
    package static let parameters = [
        Endpoint.Parameter(
            "limit", "How many at the most",
            schema: ["type": "integer", "minimum": 1, "maximum": .integer(maximumLimit), "default": .integer(defaultLimit)]),
        Endpoint.Parameter(
            "cursor", "The nextCursor of the page before", schema: ["type": "string", "maxLength": 64, "pattern": "^[0-9A-Za-z_]+$"]),
    ]
}
