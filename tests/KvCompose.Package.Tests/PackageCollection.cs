namespace KvCompose.Package.Tests;

/// <summary>All tests share the packages and the projects that reference them.</summary>
[CollectionDefinition(nameof(PackageCollection))]
public sealed class PackageCollection : ICollectionFixture<Consumers>;
