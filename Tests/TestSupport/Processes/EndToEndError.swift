/// Why a test could not go on: a peer that did not start, a deadline that passed.
package struct EndToEndError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
