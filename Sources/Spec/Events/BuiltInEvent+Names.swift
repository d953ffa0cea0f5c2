import YAML

extension BuiltInEvent {
    /// The names as bytes and as strings made once: nearly every event in a manifest is one of these.
    static let names = Names()

    struct Names: Sendable {
        private let bytes: [UInt8]
        private let entries: [(name: String, offset: Int, count: Int)]

        init() {
            var bytes: [UInt8] = []
            var entries: [(name: String, offset: Int, count: Int)] = []
            for event in BuiltInEvent.allCases {
                entries.append((event.rawValue, bytes.count, event.rawValue.utf8.count))
                bytes += event.rawValue.utf8
            }
            self.bytes = bytes
            self.entries = entries
        }

        /// The name that a scalar spells; nil for anything else.
        func name(_ node: Node) -> String? {
            for entry in entries where node.equals(bytes, from: entry.offset, count: entry.count) { return entry.name }
            return nil
        }
    }
}
