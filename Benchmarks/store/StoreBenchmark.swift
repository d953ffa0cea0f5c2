import Spec
import Store
import Values

/// Drives the store in process, without HTTP, and prints one JSON object with what it did and how long it took.
///
///     StoreBenchmark events STATE WORKSPACE WEBHOOK COUNT CALLERS BODY_BYTES
///     StoreBenchmark deliveries STATE WEBHOOK COUNT WORKERS BATCH
///
/// `events` stores so many events with one delivery each, every caller one at a time. `deliveries` claims so many that are due in
/// batches and writes an attempt for each, as the runtime does around its requests.
@main
enum StoreBenchmark {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch (arguments.first, arguments.count) {
        case ("events", 7):
            guard let webhook = WebhookID(arguments[3]), let count = Int(arguments[4]), let callers = Int(arguments[5]),
                let bytes = Int(arguments[6]), count > 0, callers > 0, bytes > 0
            else { throw UsageError() }
            let load = EventLoad(
                store: try Store(state: arguments[1], mode: .existing, keyring: nil), workspace: arguments[2], webhook: webhook,
                body: String(repeating: "x", count: bytes))
            // Statements are prepared and caches are warm before the clock starts.
            try await load.run(count: 10 * callers, callers: callers)
            let seconds = try await load.run(count: count, callers: callers)
            print("{\"events\": \(count), \"seconds\": \(seconds)}")
        case ("deliveries", 6):
            guard let webhook = WebhookID(arguments[2]), let count = Int(arguments[3]), let workers = Int(arguments[4]),
                let batch = Int(arguments[5]), count > 0, workers > 0, batch > 0
            else { throw UsageError() }
            let load = DeliveryLoad(store: try Store(state: arguments[1], mode: .existing, keyring: nil), webhook: webhook, batch: batch)
            let (settled, seconds) = try await load.run(count: count, workers: workers)
            print("{\"deliveries\": \(settled), \"seconds\": \(seconds)}")
        default: throw UsageError()
        }
    }
}

struct UsageError: Error, CustomStringConvertible {
    let description = """
        usage: StoreBenchmark events STATE WORKSPACE WEBHOOK COUNT CALLERS BODY_BYTES
               StoreBenchmark deliveries STATE WEBHOOK COUNT WORKERS BATCH
        """
}
