package import Logging
import Values

/// Makes of each record one line of JSON, for a `LogWriter`: `time`, `level`, `message`, `label`, then the metadata.
package struct JSONLineLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let writer: LogWriter

    package init(label: String, level: Logger.Level, writer: LogWriter = .standardError) {
        self.label = label
        self.logLevel = level
        self.writer = writer
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(metadataProvider?.get() ?? [:]) { own, _ in own }.merging(event.metadata ?? [:]) { _, given in given }
        var members = all.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value.description)) }
        if let error = event.error { members.append(("error", .string(String(describing: error)))) }
        writer.write(Self.line(event.level, event.message.description, label: label, members))
    }

    static func line(_ level: Logger.Level, _ message: String, label: String, _ members: [(String, JSON)]) -> [UInt8] {
        var record = JSONObject([
            ("time", .string(Timestamp.now.description)), ("level", .string(level.rawValue)), ("message", .string(message)),
            ("label", .string(label)),
        ])
        for (name, value) in members { record[name] = value }
        return JSON.object(record).utf8 + [UInt8(ascii: "\n")]
    }
}
