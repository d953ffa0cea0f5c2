import Foundation
package import Values

extension Timestamp {
    /// The wall clock, for the edge of the program; everything inside takes its time as a parameter.
    package static var now: Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }
}
