using System.Globalization;
using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Reads and checks the shapes that a declaration lists for kernels.</summary>
internal static class KernelShapes
{
    /// <summary>The shapes in the order of the declaration, or null when one is in error, which the sink is told.</summary>
    public static EquatableArray<KernelShapeSpec>? Read(INamedTypeSymbol type, bool open, IReadOnlyList<StageSpec?> stages, IDiagnosticSink sink)
    {
        bool valid = true;
        var shapes = new List<KernelShapeSpec>();
        foreach (AttributeData declaration in type.GetAttributes().Where(IsShape))
        {
            // Wrong arguments are the compiler's to report.
            if (declaration.ConstructorArguments.Length != 2
                || Constants.Of(declaration.ConstructorArguments[0]) is not int headDim || Constants.Of(declaration.ConstructorArguments[1]) is not int groupSize)
            {
                return null;
            }

            var shape = new KernelShapeSpec(headDim, groupSize);
            string most = KernelShapeSpec.MostHeadDim.ToString(CultureInfo.InvariantCulture), largest = PipelineSpec.MostGroupSize.ToString(CultureInfo.InvariantCulture);
            bool dimension = headDim is >= 16 and <= KernelShapeSpec.MostHeadDim && headDim % 16 == 0, group = groupSize is >= 1 and <= PipelineSpec.MostGroupSize;
            if (!(Check("headDim", headDim, dimension, $"a multiple of 16 between 16 and {most}") & Check("groupSize", groupSize, group, $"between 1 and {largest}")))
            {
                valid = false;
                continue;
            }

            if (Unused(shape) is { } reason)
            {
                sink.Report(new Finding(
                    RuleIds.KernelShapeUnused, DiagnosticSite.Of(declaration), CSharpLiteral.Of(headDim), CSharpLiteral.Of(groupSize), type.Name, reason));
                continue;
            }

            shapes.Add(shape);

            bool Check(string name, int value, bool fits, string range)
            {
                if (!fits)
                {
                    sink.Report(new Finding(
                        RuleIds.OptionOutOfRange, DiagnosticSite.Of(declaration), name, "KernelShape", value.ToString(CultureInfo.InvariantCulture), range));
                }

                return fits;
            }
        }

        return valid ? shapes.ToEquatableArray() : null;

        string? Unused(KernelShapeSpec shape)
        {
            if (!open)
            {
                return "the declaration states the shape";
            }

            return shapes.Contains(shape)
                ? "it is listed before"
                : stages.Any(static stage => stage is { Slot: StageSlot.Storage, Facts.KernelReadable: false })
                    ? "kernels read single precision and all channels of keys"
                    : stages.FirstOrDefault(static stage => stage is { NeedsHost: true }) is { } selection
                        ? $"no kernel computes what {selection.Type.Name} observes"
                        : null;
        }
    }

    private static bool IsShape(AttributeData attribute)
        => attribute.AttributeClass is { Name: WellKnownNames.KernelShapeAttribute } type && SlotAttributes.IsInLibrary(type);
}
