using KvCompose.Shared;
using KvCompose.Shared.Profiles;

namespace KvCompose.Generators.Emit;

/// <summary>Writes what a file said of the heads of the model, as constants.</summary>
internal static partial class SelectionEmitter
{
    private static void WriteHeadScores(SourceWriter writer, ProfileSpec profile)
    {
        writer.WriteLine("/// <summary>Scores of the heads of all layers, from the profile.</summary>");
        writer.WriteLine("internal static ReadOnlySpan<double> HeadScores => new double[]");
        using (writer.WriteBlock("", ";"))
        {
            for (int layer = 0; layer < profile.Layers; layer++)
            {
                writer.WriteLine(string.Join(", ", profile.Values.Skip(layer * profile.Heads).Take(profile.Heads).Select(CSharpLiteral.Of)) + ",");
            }
        }
    }

    private static void WriteHeadRoles(SourceWriter writer, ProfileSpec profile, HeadRoleTable roles)
    {
        writer.WriteLine($"/// <summary>What '{XmlText.Escape(profile.File)}' says of the model's heads: classes, weights and stars, layer by layer.</summary>");
        writer.WriteLine("internal static readonly HeadProfile Profile = new HeadProfile(");
        WriteLayers(writer, profile.Layers, ",", layer => InLayer(roles.Classes, layer).Select(static head => "HeadClass." + (HeadClass)head));
        WriteLayers(writer, profile.Layers, ",", layer => InLayer(profile.Values, layer).Select(CSharpLiteral.Of));
        WriteLayers(writer, profile.Layers, ");", layer => roles.Stars.Where(star => star.Layer == layer).Select(StarOf));

        IEnumerable<T> InLayer<T>(IEnumerable<T> values, int layer) => values.Skip(layer * profile.Heads).Take(profile.Heads);

        static string StarOf(StarSpec star) => $"new PivotGroup({string.Join(", ", star.Satellites.Prepend(star.Pivot).Select(CSharpLiteral.Of))})";
    }

    private static void WriteLayers(SourceWriter writer, int layers, string end, Func<int, IEnumerable<string>> heads)
    {
        writer.WriteLine("    [");
        for (int layer = 0; layer < layers; layer++)
        {
            writer.WriteLine($"        [{string.Join(", ", heads(layer))}],");
        }

        writer.WriteLine("    ]" + end);
    }
}
