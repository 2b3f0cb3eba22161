using System.Text.Json;
using KvCompose.Models.Json;
using KvCompose.Models.Tokenizers.Models;

namespace KvCompose.Models.Tokenizers.Vocabularies.Json;

/// <summary>Reads a model and its vocabulary.</summary>
internal static class ModelReader
{
    private const int MaxWord = 1 << 20;

    public static ITokenModel Read(JsonFields model)
    {
        string type = model.Text("type") ?? Guess(model);
        switch (type)
        {
            case "BPE":
                return ReadBytePair(model);
            case "WordPiece":
                Vocabulary pieces = ReadVocabulary(model);
                return new WordPieceModel(
                    pieces, Unknown(model, pieces), model.Text("continuing_subword_prefix") ?? "##",
                    model.Integer("max_input_chars_per_word", 0, MaxWord, absent: 100));
            case "WordLevel":
                Vocabulary words = ReadVocabulary(model);
                return new WordLevelModel(words, Unknown(model, words));
            case "Unigram":
                return ReadUnigram(model);
            default:
                throw model.Unsupported("type", "BPE, WordPiece, WordLevel or Unigram");
        }
    }

    /// <summary>Files of older versions do not name the type.</summary>
    private static string Guess(JsonFields model)
        => model.Has("merges") ? "BPE"
        : model["vocab"].ValueKind == JsonValueKind.Array ? "Unigram"
        : model.Has("max_input_chars_per_word") || model.Has("continuing_subword_prefix") ? "WordPiece" : "WordLevel";

    private static int? Unknown(JsonFields model, Vocabulary vocabulary)
        => model.Text("unk_token") is { } token ? vocabulary.Find(token) : null;

    private static Vocabulary ReadVocabulary(JsonFields model)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        JsonFields fields = model.Object("vocab");
        var spellings = new Dictionary<int, string>();
        foreach ((string token, int id) in fields.Integers(0, TokenizerReader.MaxId))
        {
            ids[token] = id;
            if (!spellings.TryAdd(id, token) && spellings[id] != token)
            {
                throw fields.Wrong(token, $"{id}", $"an id of its own: '{spellings[id]}' has that one");
            }
        }

        return ids.Count > 0 ? new Vocabulary(ids) : throw model.Wrong("vocab", "empty", "tokens");
    }

    private static BytePairModel ReadBytePair(JsonFields model)
    {
        if (model.Has("dropout") && model.Number("dropout", -1, 1) != 0)
        {
            throw model.Unsupported("dropout", "null");
        }

        Vocabulary vocabulary = ReadVocabulary(model);
        int? unknown = Unknown(model, vocabulary);
        var options = new BytePairOptions
        {
            Unknown = unknown,
            RefusesUnknown = unknown is null && model.Has("unk_token"),
            FuseUnknown = model.Flag("fuse_unk", absent: false),
            ByteFallback = model.Flag("byte_fallback", absent: false),
            IgnoreMerges = model.Flag("ignore_merges", absent: false),
            ContinuingPrefix = model.Text("continuing_subword_prefix") ?? "",
            EndSuffix = model.Text("end_of_word_suffix") ?? "",
        };
        return new BytePairModel(vocabulary, ReadMerges(model, vocabulary, options.ContinuingPrefix), options);
    }

    private static MergeTable ReadMerges(JsonFields model, Vocabulary vocabulary, string prefix)
    {
        var merges = new MergeTable(model.List("merges").Count());
        int rank = 0;
        foreach (JsonElement item in model.List("merges"))
        {
            (string left, string right) = ReadPair(model, item, rank);
            string joined = string.Concat(left, right.StartsWith(prefix, StringComparison.Ordinal) ? right.AsSpan(prefix.Length) : right);
            if (vocabulary.Find(left) is not { } leftId || vocabulary.Find(right) is not { } rightId || vocabulary.Find(joined) is not { } joinedId)
            {
                throw model.Wrong($"merges[{rank}]", $"'{left} {right}'", "two tokens whose join is a token");
            }

            merges.Set(leftId, rightId, rank, joinedId);
            rank++;
        }

        return merges;
    }

    private static (string Left, string Right) ReadPair(JsonFields model, JsonElement item, int rank)
    {
        if (item.ValueKind == JsonValueKind.String)
        {
            string text = item.GetString()!;
            int space = text.IndexOf(' ');
            if (space >= 0)
            {
                return (text[..space], text[(space + 1)..]);
            }
        }
        else if (item.ValueKind == JsonValueKind.Array && item.GetArrayLength() == 2
            && item[0].ValueKind == JsonValueKind.String && item[1].ValueKind == JsonValueKind.String)
        {
            return (item[0].GetString()!, item[1].GetString()!);
        }

        throw model.Wrong($"merges[{rank}]", $"a JSON {item.ValueKind}", "two tokens");
    }

    private static UnigramModel ReadUnigram(JsonFields model)
    {
        var tokens = new List<string>();
        var scores = new List<double>();
        foreach (JsonElement item in model.List("vocab"))
        {
            if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 2 || item[0].ValueKind != JsonValueKind.String
                || item[1].ValueKind != JsonValueKind.Number || !item[1].TryGetDouble(out double score) || !double.IsFinite(score))
            {
                throw model.Wrong($"vocab[{scores.Count}]", $"a JSON {item.ValueKind}", "a token and its score");
            }

            tokens.Add(item[0].GetString()!);
            scores.Add(score);
        }

        if (scores.Count == 0)
        {
            throw model.Wrong("vocab", "empty", "tokens");
        }

        int? unknown = model.Has("unk_id") ? model.Integer("unk_id", 0, scores.Count - 1) : null;
        return new UnigramModel(Vocabulary.Of(tokens), [.. scores], unknown, scores.Min(), model.Flag("byte_fallback", absent: false));
    }
}
