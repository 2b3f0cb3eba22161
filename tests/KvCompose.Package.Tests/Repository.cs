using System.Reflection;

namespace KvCompose.Package.Tests;

/// <summary>The clone that the packages are made of.</summary>
internal static class Repository
{
    /// <summary>Its root.</summary>
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static data => data.Key == "Repository").Value!;

    /// <summary>The small model of the samples.</summary>
    public static string Model { get; } = Path.Combine(Root, "samples", "models", "needle");
}
