import Foundation

/// Public test vectors that are too large for the repository and lie beside it, in `../shared/vectors`.
package struct Vectors: Sendable {
    private let name: String

    package static let wycheproof = Vectors(name: "json_web_signature_test.json")
    package static let yamlSuite = Vectors(name: "yaml-test-suite")

    /// A file or a folder, whether it is there or not.
    package var path: String { "\(packageRoot)/../shared/vectors/\(name)" }

    /// Whether tests that read them are to run: on a desk without them they are skipped, in CI they fail.
    package var isExpected: Bool { FileManager.default.fileExists(atPath: path) || Peer.isContinuousIntegration }
    package var absence: String { "\(name) is not beside the repository, in ../shared/vectors: nothing is checked against it" }
}
