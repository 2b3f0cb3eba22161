using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KvCompose.Shared.Parsing;

/// <summary>Reads the layers that choose for others, where a declaration lists them.</summary>
internal static class FilterParser
{
    private const int MostLayers = 1024;

    /// <summary>The layers; empty where none are listed or the list is not valid.</summary>
    public static EquatableArray<int> Filters(StageFacts facts, AttributeData declaration)
        => Listed(facts, declaration) is { Kind: TypedConstantKind.Array, IsNull: false } list
            ? list.Values.Select(static layer => Constants.Of(layer) is int number ? number : -1).ToEquatableArray()
            : [];

    /// <summary>Whether the list is one of layers, ascending, and no file states another; if not, the sink is told.</summary>
    public static bool Check(StageFacts facts, string stage, AttributeData declaration, IDiagnosticSink sink)
    {
        if (Listed(facts, declaration) is not { Kind: not TypedConstantKind.Error } list)
        {
            return true;
        }

        EquatableArray<int> layers = Filters(facts, declaration);
        bool named = Constants.Named(declaration, WellKnownNames.Profile) is { } file && Constants.Of(file) is string { Length: > 0 };
        if (!named && layers.Count > 0 && layers.Select(static (layer, i) => (layer, i)).All(
            entry => entry.layer is >= 0 and < MostLayers && (entry.i == 0 || entry.layer > layers[entry.i - 1])))
        {
            return true;
        }

        sink.Report(new Finding(
            RuleIds.OptionOutOfRange, DiagnosticSite.Of(declaration, WellKnownNames.Filters), WellKnownNames.Filters, stage,
            list.IsNull ? "null" : list.ToCSharpString(),
            named ? "left to the profile" : "layers from 0 to 1023, each behind the one before it"));
        return false;
    }

    private static TypedConstant? Listed(StageFacts facts, AttributeData declaration)
        => facts.Profile == ProfileKind.FilterLayers ? Constants.Named(declaration, WellKnownNames.Filters) : null;
}
