using System.Globalization;
using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>Compares the selections of the layers that a case lists under <c>expected.layers</c>, by layer number.</summary>
internal static class LayerCheck
{
    /// <summary>Runs the reference for every listed layer.</summary>
    public static void Run(JsonElement expected, Func<int, TokenSelection> select)
    {
        if (expected.Optional("layers") is not { } layers)
        {
            return;
        }

        foreach (JsonProperty entry in layers.EnumerateObject())
        {
            if (!int.TryParse(entry.Name, CultureInfo.InvariantCulture, out int number))
            {
                throw new VectorFormatException($"'layers' names no layer by '{entry.Name}'");
            }

            TokenSelection selection = select(number);
            JsonElement layer = entry.Value;
            if (layer.Optional("head_lens") is not null)
            {
                Expect.Equal<int>(layer.Ints("head_lens"), selection.Kept.Select(kept => kept.Length).ToArray(), $"head_lens of layer {number}");
            }

            Expect.Equal(layer.Flag("compressed", true), selection.Compressed, $"compressed in layer {number}");
            if (selection.Compressed)
            {
                SelectionCheck.Heads(layer.Field("indices"), layer.Optional("cut"), selection, $"indices of layer {number}");
            }
        }
    }
}
