using System.Text.Json;
using KvCompose.Models.Tokenizers;
using KvCompose.Samples.Needle;

namespace KvCompose.Evaluation.Tests.Support;

/// <summary>The embedded model's words: as the library reads them, and as they stand in the file.</summary>
internal static class EmbeddedNeedle
{
    public static readonly string WordsFile = Path.Combine(EmbeddedModel.Folder, "words.json");
    public static readonly Tokenizer Tokenizer = Tokenizer.Load(Path.Combine(EmbeddedModel.Folder, "tokenizer.json"));
    public static readonly NeedleVocabulary Vocabulary = NeedleVocabulary.Load(WordsFile, Tokenizer);
    public static readonly JsonElement Json = JsonDocument.Parse(File.ReadAllText(WordsFile)).RootElement;

    public static string[] List(string field) => Strings(Json.GetProperty(field));

    public static string[] Template(string name) => Strings(Json.GetProperty("templates").GetProperty(name));

    public static string[][] NoiseTemplates()
        => [.. Json.GetProperty("templates").GetProperty("noise").EnumerateArray().Select(Strings)];

    public static string[] Words(ReadOnlySpan<int> tokens)
    {
        var words = new string[tokens.Length];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = Tokenizer.Decode(tokens.Slice(i, 1), skipSpecialTokens: false);
        }

        return words;
    }

    private static string[] Strings(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString()!)];
}
