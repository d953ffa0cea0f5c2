import Foundation

/// The built `reconcile`: beside the running test bundle, which every build of the tests makes it with.
package let product: String = {
    let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let beside = URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("reconcile").path
    return FileManager.default.isExecutableFile(atPath: beside) ? beside : "\(packageRoot)/.build/debug/reconcile"
}()
