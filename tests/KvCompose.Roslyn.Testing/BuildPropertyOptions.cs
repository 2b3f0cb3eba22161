using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Roslyn.Testing;

/// <summary>MSBuild properties in the form in which the compiler hands them on.</summary>
internal sealed class BuildPropertyOptions(ImmutableDictionary<string, string> properties) : AnalyzerConfigOptionsProvider
{
    private static readonly Options None = new(ImmutableDictionary<string, string>.Empty);

    public override AnalyzerConfigOptions GlobalOptions { get; } = new Options(properties);

    public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => None;

    public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => None;

    private sealed class Options(ImmutableDictionary<string, string> properties) : AnalyzerConfigOptions
    {
        private const string Prefix = "build_property.";

        public override IEnumerable<string> Keys => properties.Keys.Select(name => Prefix + name);

        public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value)
        {
            value = null;
            return key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && properties.TryGetValue(key[Prefix.Length..], out value);
        }
    }
}
