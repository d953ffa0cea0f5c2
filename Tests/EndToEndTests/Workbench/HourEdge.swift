import Foundation

/// Returns when the UTC hour, in which limits are counted, does not end within `seconds`.
func waitOutHourEdge(_ seconds: Double) async throws {
    let left = 3_600 - Date().timeIntervalSince1970.truncatingRemainder(dividingBy: 3_600)
    if left < seconds { try await Task.sleep(for: .seconds(left + 0.5)) }
}
