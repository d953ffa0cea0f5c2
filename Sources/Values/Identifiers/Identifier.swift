/// What an identifier names; supplies the prefix under which users meet it.
package protocol Identified: Sendable {
    /// The letters before the underscore, such as `wh`.
    static var prefix: String { get }
}

/// An opaque id, sortable by the time it was made: `wh_` and 26 characters of Crockford's base 32, in lower case.
///
/// 48 bits of milliseconds, then 80 random bits (the layout of a ULID). Two ids of one millisecond are in no order.
package struct Identifier<Kind: Identified>: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let text: String

    /// A new id for something made at `moment`.
    package init(at moment: Timestamp, using random: inout some RandomNumberGenerator) {
        var characters = Array("\(Kind.prefix)_".utf8)
        let time = UInt64(clamping: moment.milliseconds) & 0xFFFF_FFFF_FFFF
        for shift in stride(from: 45, through: 0, by: -5) {
            characters.append(Self.alphabet[Int(time >> UInt64(shift)) & 31])
        }
        for _ in 0..<2 {
            let bits: UInt64 = random.next()
            for shift in stride(from: 35, through: 0, by: -5) {
                characters.append(Self.alphabet[Int((bits >> UInt64(shift)) & 31)])
            }
        }
        text = String(decoding: characters, as: UTF8.self)
    }

    /// A new id from the system's generator.
    package init(at moment: Timestamp) {
        var random = SystemRandomNumberGenerator()
        self.init(at: moment, using: &random)
    }

    /// Takes over what a user or the state wrote; nil unless it has this kind's prefix and form.
    package init?(_ text: String) {
        let prefix = "\(Kind.prefix)_"
        guard text.hasPrefix(prefix), text.utf8.count == prefix.utf8.count + 26,
            text.utf8.dropFirst(prefix.utf8.count).allSatisfy({ Self.alphabet.contains($0) })
        else { return nil }
        self.text = text
    }

    package var description: String { text }

    package static func < (a: Self, b: Self) -> Bool { a.text < b.text }

    private static var alphabet: [UInt8] { crockfordAlphabet }
}

private let crockfordAlphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

package enum IntegrationKind: Identified { package static var prefix: String { "int" } }
package enum WebhookKind: Identified { package static var prefix: String { "wh" } }
package enum DeliveryKind: Identified { package static var prefix: String { "dlv" } }
package enum EventKind: Identified { package static var prefix: String { "evt" } }
package enum APIKeyKind: Identified { package static var prefix: String { "key" } }
package enum ConnectionKind: Identified { package static var prefix: String { "conn" } }

package typealias IntegrationID = Identifier<IntegrationKind>
package typealias WebhookID = Identifier<WebhookKind>
package typealias DeliveryID = Identifier<DeliveryKind>
package typealias EventID = Identifier<EventKind>
package typealias APIKeyID = Identifier<APIKeyKind>
package typealias ConnectionID = Identifier<ConnectionKind>
