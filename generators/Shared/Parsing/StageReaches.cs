using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Compares from where a stage can be named with from where its pipeline can be.</summary>
internal static class StageReaches
{
    public static StageReach Of(ITypeSymbol stage, INamedTypeSymbol pipeline)
    {
        StageReach reach = StageReach.Pipeline;
        for (INamedTypeSymbol? current = stage as INamedTypeSymbol; current is not null; current = current.ContainingType)
        {
            reach = Narrower(reach, OfOne(current, pipeline));
            foreach (ITypeSymbol argument in current.TypeArguments)
            {
                reach = Narrower(reach, Of(argument, pipeline));
            }
        }

        return reach;
    }

    private static StageReach OfOne(INamedTypeSymbol type, INamedTypeSymbol pipeline) => type.DeclaredAccessibility switch
    {
        Accessibility.Public => StageReach.Pipeline,
        Accessibility.Internal or Accessibility.ProtectedOrInternal => IsSeenOutside(pipeline) ? StageReach.Assembly : StageReach.Pipeline,
        _ => StandsBeside(type, pipeline) ? StageReach.Pipeline : StageReach.Inside,
    };

    private static bool IsSeenOutside(INamedTypeSymbol pipeline)
        => Around(pipeline).All(static type => type.DeclaredAccessibility is
            Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal);

    /// <summary>Whether the pipeline, or a type around it, is as hidden inside of the same type.</summary>
    private static bool StandsBeside(INamedTypeSymbol type, INamedTypeSymbol pipeline)
        => Around(pipeline).Any(around =>
            (around.DeclaredAccessibility == type.DeclaredAccessibility || around.DeclaredAccessibility == Accessibility.Private)
            && SymbolEqualityComparer.Default.Equals(around.ContainingType?.OriginalDefinition, type.ContainingType?.OriginalDefinition));

    private static IEnumerable<INamedTypeSymbol> Around(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? current = type; current is not null; current = current.ContainingType)
        {
            yield return current;
        }
    }

    private static StageReach Narrower(StageReach left, StageReach right) => left > right ? left : right;
}
