using KvCompose.Roslyn.Testing;

namespace KvCompose.Generators.Tests.Pipelines;

/// <summary>The generator in the harness that checks every run.</summary>
internal static class PipelineHarness
{
    /// <summary>For sources that compile.</summary>
    public static GeneratorHarness Strict { get; } = new(() => new KvPipelineGenerator(), [TrackingNames.Parse, TrackingNames.Plan]);

    /// <summary>For sources in error.</summary>
    public static GeneratorHarness OfErrors { get; } = Strict with { AllowCompileErrors = true };
}
