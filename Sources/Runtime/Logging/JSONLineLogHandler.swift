import Foundation
package import Logging
import Spec
import Synchronization

/// Writes each record as one line of JSON to standard error: `time`, `level`, `message`, `label`, then the metadata.
///
/// Concurrency: lines are written whole, under one lock for the process.
package struct JSONLineLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String

    private static let output = Mutex(FileHandle.standardError)

    package init(label: String, level: Logger.Level) {
        self.label = label
        self.logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var record = JSONObject([
            ("time", .string(Timestamp.now.description)), ("level", .string(event.level.rawValue)),
            ("message", .string(event.message.description)), ("label", .string(label)),
        ])
        let all = metadata.merging(metadataProvider?.get() ?? [:]) { own, _ in own }.merging(event.metadata ?? [:]) { _, given in given }
        for key in all.keys.sorted() { record[key] = all[key].map { .string($0.description) } }
        if let error = event.error { record["error"] = .string(String(describing: error)) }
        let line = JSON.object(record).utf8 + [UInt8(ascii: "\n")]
        Self.output.withLock { $0.write(Data(line)) }
    }
}
