using System.Globalization;
using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Reads what is left of a declaration in error, so that the pipeline's users see that error alone.</summary>
internal static class StubParser
{
    /// <summary>The stub, or null where no part of the class can be emitted.</summary>
    public static StubSpec? Parse(INamedTypeSymbol type, AttributeData attribute, CancellationToken cancellation)
    {
        if (!PipelineParser.CanBeExtended(type, attribute, NullDiagnosticSink.Instance, cancellation))
        {
            return null;
        }

        var stages = new List<StubStage>();
        var count = new Dictionary<StageSlot, int>();
        foreach (AttributeData declaration in type.GetAttributes())
        {
            if (!SlotAttributes.TryGet(declaration.AttributeClass, out StageSlot slot, out ITypeSymbol? stage))
            {
                continue;
            }

            count[slot] = count.TryGetValue(slot, out int earlier) ? earlier + 1 : 1;
            if (stage is { TypeKind: TypeKind.Struct, IsRefLikeType: false } && !PipelineParser.IsFileLocal(stage as INamedTypeSymbol)
                && StageReaches.Of(stage, type) is not StageReach.Inside and var reach)
            {
                string number = count[slot] == 1 ? "" : count[slot].ToString(CultureInfo.InvariantCulture);
                stages.Add(new StubStage(TypeRef.From(stage), slot + number, reach));
            }
        }

        return new StubSpec(HierarchySpec.From(type), stages.ToEquatableArray(), PipelineParser.InheritedMembers(type)) { Open = PipelineParser.IsOpen(attribute) };
    }
}
