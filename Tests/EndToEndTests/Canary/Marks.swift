import Foundation
import Values

/// Secrets that a test put in, or saw made, and every form in which they could come out again.
struct Marks {
    private struct Needle {
        var name: String
        var bytes: Data
    }

    private var needles: [Needle] = []

    /// Also looks for its base64 at any alignment, in both alphabets, and its hex in both cases.
    mutating func add(_ name: String, _ secret: String) {
        add(name, bytes: Array(secret.utf8))
        // The key that signs is what stands in base64 behind the prefix.
        if secret.hasPrefix("whsec_"), let key = Base64.decode(secret.dropFirst("whsec_".count)) { add("\(name), decoded", bytes: key) }
    }

    private mutating func add(_ name: String, bytes: [UInt8]) {
        precondition(bytes.count >= 12, "too short to be found by intention alone")
        let hex = Hex.encode(bytes)
        var forms = ["as it is": bytes, "in hex": Array(hex.utf8), "in capital hex": Array(hex.uppercased().utf8)]
        for offset in 0..<3 {
            let text = Base64.encode(Array(repeating: 0, count: offset) + bytes)
            let full = (offset + bytes.count) * 8 / 6
            let core = text.prefix(full).dropFirst((offset * 8 + 5) / 6)
            forms["in base64 at \(offset)"] = Array(core.utf8)
            forms["in base64url at \(offset)"] = Array(core.replacing("+", with: "-").replacing("/", with: "_").utf8)
        }
        for (form, bytes) in forms { needles.append(Needle(name: "\(name) \(form)", bytes: Data(bytes))) }
    }

    /// What of it stands in these bytes, by name.
    func found(in bytes: some Sequence<UInt8>) -> [String] {
        let haystack = Data(bytes)
        return needles.filter { haystack.range(of: $0.bytes) != nil }.map(\.name).sorted()
    }
}
