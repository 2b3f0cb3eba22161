using System.Text;
using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Conformance.Kinds.Tokenizers;

/// <summary>UTF-16 or UTF-8 that is not valid, the text that it counts as, and the ids for several tokenizers.</summary>
public sealed class InvalidInputKind : IVectorKind
{
    /// <inheritdoc/>
    public string Name => "tokenizers.invalid_input";

    /// <inheritdoc/>
    public bool Handles(VectorFile file) => file.Kind == Name;

    /// <inheritdoc/>
    public VectorResult Run(VectorFile file)
    {
        string folder = Path.GetDirectoryName(file.Path)!;
        var tokenizers = new Dictionary<string, Tokenizer>();
        var run = new CaseRun();
        run.Each(file.Root, "cases", @case =>
        {
            string given = @case.Optional("utf16") is { } units
                ? string.Concat(units.AsInts("utf16").Select(unit => (char)unit))
                : Encoding.UTF8.GetString(Convert.FromHexString(@case.Text("utf8_hex")));
            foreach (JsonProperty expected in @case.Field("ids").EnumerateObject())
            {
                if (!tokenizers.TryGetValue(expected.Name, out Tokenizer? tokenizer))
                {
                    tokenizers[expected.Name] = tokenizer = Tokenizer.Load(Path.Combine(folder, expected.Name, "tokenizer.json"));
                }

                var options = new EncodeOptions { AddSpecialTokens = false, ParseSpecialTokens = true };
                Expect.Equal<int>(expected.Value.AsInts(expected.Name), tokenizer.Encode(given, options), expected.Name);
                Expect.Equal<int>(expected.Value.AsInts(expected.Name), tokenizer.Encode(@case.Text("text"), options), $"{expected.Name}, text");
            }
        });
        return run.Result;
    }
}
