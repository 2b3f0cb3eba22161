using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>
/// What the declaration of a stage says by itself. Symbols of referenced assemblies outlive a keystroke, so that the stages of the library
/// are read once and not again for every pipeline and every edit.
/// </summary>
internal sealed class StageSurface
{
    private static readonly ConditionalWeakTable<ITypeSymbol, StageSurface> Known = new();

    private readonly ImmutableArray<StageFacts> _facts;

    private StageSurface(ITypeSymbol stage)
    {
        Type = TypeRef.From(stage);
        _facts = [.. Enum.GetValues(typeof(StageSlot)).Cast<StageSlot>().Select(slot => FactsParser.Parse(stage, slot))];
        Options = [.. stage.GetMembers().OfType<IPropertySymbol>().Select(OptionSurface.Of).OfType<OptionSurface>()];
    }

    /// <summary>How emitted code names it.</summary>
    public TypeRef Type { get; }

    /// <summary>Its properties with [StageOption], in declaration order.</summary>
    public ImmutableArray<OptionSurface> Options { get; }

    /// <summary>Its facts in a slot.</summary>
    public StageFacts Facts(StageSlot slot) => _facts[(int)slot];

    public static StageSurface Of(ITypeSymbol stage) => Known.GetValue(stage, static type => new StageSurface(type));
}
