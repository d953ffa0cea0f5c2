// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "integration-framework",
    products: [.executable(name: "reconcile", targets: ["CLI"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The pure floor: imports nothing of ours.
        .target(name: "Values"),

        // System: the C libraries and the only Swift that says `unsafe`.
        .systemLibrary(name: "CYAML", path: "Sources/System/CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "COpenSSL", path: "Sources/System/COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", path: "Sources/System/CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CPostgreSQL", path: "Sources/System/CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "YAML", dependencies: ["Values", "CYAML"], path: "Sources/System/YAML"),
        .target(name: "OpenSSL", dependencies: ["COpenSSL"], path: "Sources/System/OpenSSL"),
        .target(name: "Curl", dependencies: ["Values", "CCurl"], path: "Sources/System/Curl"),
        .target(name: "PostgreSQL", dependencies: ["Values", "CPostgreSQL"], path: "Sources/System/PostgreSQL"),
        .target(name: "Files", path: "Sources/System/Files"),

        // The layers, each importing only what stands above it.
        .target(name: "Spec", dependencies: ["Values", "YAML"]),
        .target(
            name: "Store",
            dependencies: ["Values", "Spec", "Files", "OpenSSL", "PostgreSQL", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(name: "Reconciler", dependencies: ["Values", "Spec", "Store", "OpenSSL"]),
        .target(
            name: "IntegrationRuntime",
            dependencies: [
                "Values", "Spec", "Store", "Reconciler", "Files", "OpenSSL", "Curl",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Sources/Runtime"
        ),
        .executableTarget(
            name: "CLI",
            dependencies: [
                "Values", "Spec", "Store", "Reconciler", "IntegrationRuntime", "Files", "OpenSSL",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),

        // Drives the store without HTTP, for `make bench`.
        .executableTarget(name: "StoreBenchmark", dependencies: ["Values", "Spec", "Store"], path: "Benchmarks/store"),
        // Times what is done with the fields of a kind, before and after a change.
        .executableTarget(name: "FieldsBenchmark", dependencies: ["Values", "Spec", "YAML"], path: "Benchmarks/fields"),

        // Tests: one suite a target, mirroring Sources.
        .target(
            name: "TestSupport",
            dependencies: [.product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio")],
            path: "Tests/TestSupport"
        ),
        .testTarget(name: "ValuesTests", dependencies: ["Values", "TestSupport"]),
        .testTarget(name: "SystemTests", dependencies: ["Values", "YAML", "OpenSSL", "Curl", "PostgreSQL", "Files", "TestSupport"]),
        .testTarget(name: "SpecTests", dependencies: ["Values", "Spec", "YAML", "TestSupport"]),
        .testTarget(
            name: "StoreTests",
            dependencies: [
                "Values", "PostgreSQL", "Store", "Spec", "OpenSSL", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(name: "ReconcilerTests", dependencies: ["Values", "Reconciler", "Spec", "Store", "TestSupport"]),
        .testTarget(
            name: "RuntimeTests",
            dependencies: [
                "Values", "IntegrationRuntime", "Spec", "Store", "Reconciler", "OpenSSL", "Curl", "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "CLITests",
            dependencies: [
                "Values", "CLI", "Spec", "Store", "TestSupport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["Values", "CLI", "Spec", "OpenSSL", "Curl", "TestSupport", .product(name: "GRDB", package: "GRDB.swift")]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
