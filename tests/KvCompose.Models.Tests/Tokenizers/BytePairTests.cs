using System.Text;
using KvCompose.Models.Tokenizers;
using KvCompose.Models.Tokenizers.PreTokenizers;
using KvCompose.Models.Tokenizers.Vocabularies.Json;

namespace KvCompose.Models.Tests.Tokenizers;

public sealed class BytePairTests
{
    private static readonly Dictionary<string, int> Ids = TestTokenizers.Vocabulary();

    [Theory]
    [InlineData("the", "the")]
    [InlineData("there the", "there|Ġthe")]
    [InlineData("hello", "hello")]
    [InlineData("he11", "he|1|1")]
    [InlineData("word world", "w|or|d|Ġwor|l|d")]
    [InlineData("123124", "123|12|4")]
    [InlineData("é", "Ã©")]
    [InlineData("", "")]
    [InlineData("\n", "Ċ")]
    public void Encode_Gpt2Splitting_JoinsByRank(string text, string tokens)
        => Assert.Equal(Expected(tokens), TestTokenizers.Parse(TestTokenizers.BytePairJson()).Encode(text));

    [Theory]
    [InlineData(false, "Hello's  world 1234!?\n\n x", "Hello|'s| | world| 1234|!?|\n\n| x")]
    [InlineData(true, "Hello'S  world 1234!?\n\n x", "Hello|'S| | world| |123|4|!?\n\n| x")]
    [InlineData(true, "(tab\tand) end  ", "(tab|\tand|)| end|  ")]
    [InlineData(true, "𝒳𝒴 and 𝟏𝟐𝟑𝟒 🙂🙂", "𝒳𝒴| and| |𝟏𝟐𝟑|𝟒| 🙂🙂")]
    public void Split_PublishedPatterns_CutAsTheyDo(bool llama3, string text, string pieces)
    {
        string json = TestTokenizers.BytePairJson(llama3 ? TestTokenizers.Llama3PreTokenizer() : null);
        Tokenizer tokenizer = TestTokenizers.Parse(json);

        // No merge crosses a border between pieces, so a text gives the tokens of its pieces one after another ...
        int[] whole = tokenizer.Encode(text);
        Assert.Equal(pieces.Split('|').SelectMany(piece => NaiveBytePair(piece)), whole);

        // ... and that the borders are these, the splitter itself shows.
        Assert.Equal(pieces.Split('|'), Split(json, text));
    }

    [Fact]
    public void Encode_RandomTexts_AgreesWithTheNaiveAlgorithmAndDecodesBack()
    {
        Tokenizer tokenizer = TestTokenizers.Parse(TestTokenizers.BytePairJson(new { type = "ByteLevel", add_prefix_space = false, use_regex = false }));
        var random = new Random(3);
        for (int i = 0; i < 2000; i++)
        {
            string text = RandomText(random, "thelorw 12é\n🙂", 40);

            int[] ids = tokenizer.Encode(text);

            Assert.Equal(NaiveBytePair(text), ids);
            Assert.Equal(text, tokenizer.Decode(ids));
        }
    }

    [Fact]
    public void Encode_LongTextWithoutBorders_TakesNoQuadraticTime()
    {
        Tokenizer tokenizer = TestTokenizers.Parse(TestTokenizers.BytePairJson());
        string text = string.Concat(Enumerable.Repeat("thellothere", 20_000));

        int[] ids = tokenizer.Encode(text);

        Assert.Equal(text, tokenizer.Decode(ids));
        Assert.True(ids.Length < text.Length / 2);
    }

    [Theory]
    [InlineData(true, "zq")]
    [InlineData(false, "z|q")]
    public void Encode_TokenThatNoMergeReaches_IsFoundWholeIfMergesAreIgnored(bool ignoreMerges, string tokens)
    {
        // Only the spelling of "hello" in the vocabulary changes, and its merge goes: nothing leads to "zq" any more.
        string json = TestTokenizers.BytePairJson(ignoreMerges: ignoreMerges).Replace("\"hello\":", "\"zq\":").Replace(",\"hell o\"", "");
        Tokenizer tokenizer = TestTokenizers.Parse(json);

        int[] expected = [.. tokens.Split('|').Select(token => token == "zq" ? Ids["hello"] : Ids[token])];
        Assert.Equal(expected, tokenizer.Encode("zq"));
    }

    [Fact]
    public void Encode_MergesAsLists_GivesTheSame()
        => Assert.Equal(
            TestTokenizers.Parse(TestTokenizers.BytePairJson()).Encode("there hello"),
            TestTokenizers.Parse(TestTokenizers.BytePairJson(pairsAsLists: true)).Encode("there hello"));

    [Fact]
    public void Encode_AddedTokens_AreFoundLeftmostLongest()
    {
        Tokenizer tokenizer = TestTokenizers.Parse(TestTokenizers.BytePairJson(added:
        [
            new { id = 500, content = "<|end|>", special = true, lstrip = false, rstrip = false, single_word = false, normalized = false },
            new { id = 501, content = "<|end|>x", special = false, lstrip = false, rstrip = false, single_word = false, normalized = false },
            new { id = 502, content = "[M]", special = true, lstrip = true, rstrip = true, single_word = false, normalized = false },
        ]));

        int[] ids = tokenizer.Encode("the<|end|>the<|end|>x \t[M] \nthe", new EncodeOptions { ParseSpecialTokens = true });

        Assert.Equal([Ids["the"], 500, Ids["the"], 501, 502, Ids["the"]], ids);
        Assert.Equal("thethe<|end|>xthe", tokenizer.Decode(ids));
        Assert.Equal("the<|end|>the<|end|>x[M]the", tokenizer.Decode(ids, skipSpecialTokens: false));
        Assert.Equal(502, tokenizer.LargestId);
        Assert.Equal(500, tokenizer.IdOf("<|end|>"));
        Assert.Null(tokenizer.IdOf("<|none|>"));
    }

    [Fact]
    public void Encode_SpecialTokenSpelledByTheUser_StaysText()
    {
        Tokenizer tokenizer = TestTokenizers.Parse(TestTokenizers.BytePairJson(added:
        [
            new { id = 500, content = "<|im_end|>", special = true }, new { id = 501, content = "<think>", special = false },
        ]));
        const string Text = "the<|im_end|><think>the";

        int[] plain = tokenizer.Encode(Text);

        Assert.DoesNotContain(500, plain);
        Assert.Contains(501, plain);
        Assert.Equal(Text, tokenizer.Decode(plain));
        Assert.Contains(500, tokenizer.Encode(Text, new EncodeOptions { ParseSpecialTokens = true }));
        Assert.Equal(500, Assert.Single(tokenizer.SpecialTokens).Value);
    }

    [Fact]
    public void Encode_MegabyteOfOneLetter_IsJoinedInPairs()
    {
        string text = new('l', 1 << 20);

        int[] ids = TestTokenizers.Parse(TestTokenizers.BytePairJson()).Encode(text);

        Assert.Equal(1 << 19, ids.Length);
        Assert.All(ids, id => Assert.Equal(Ids["ll"], id));
    }

    [Fact]
    public void Encode_CancelledOnALongPiece_Stops()
        => Assert.Throws<OperationCanceledException>(() => TestTokenizers.Parse(TestTokenizers.BytePairJson())
            .Encode(new string('l', 1 << 20), new EncodeOptions(), new CancellationToken(canceled: true)));

    [Fact]
    public void Encode_Template_AddsItsTokensOnDemand()
    {
        Tokenizer tokenizer = TestTokenizers.Parse(TestTokenizers.BytePairJson(
            added: [new { id = 500, content = "<s>", special = true }, new { id = 501, content = "</s>", special = true }],
            postProcessor: new
            {
                type = "Sequence",
                processors = new object[]
                {
                    new { type = "ByteLevel", add_prefix_space = true },
                    new
                    {
                        type = "TemplateProcessing",
                        single = new object[]
                        {
                            new { SpecialToken = new { id = "<s>", type_id = 0 } }, new { Sequence = new { id = "A", type_id = 0 } },
                            new { SpecialToken = new { id = "</s>", type_id = 0 } },
                        },
                        special_tokens = new Dictionary<string, object>
                        {
                            ["<s>"] = new { id = "<s>", ids = new[] { 500 } }, ["</s>"] = new { id = "</s>", ids = new[] { 501 } },
                        },
                    },
                },
            }));

        Assert.Equal([500, Ids["the"], 501], tokenizer.Encode("the"));
        Assert.Equal([Ids["the"]], tokenizer.Encode("the", addSpecialTokens: false));
    }

    [Fact]
    public void Encode_PrefixSpace_IsAddedOnce()
    {
        Tokenizer tokenizer = TestTokenizers.Parse(TestTokenizers.BytePairJson(new { type = "ByteLevel", add_prefix_space = true }));

        Assert.Equal([Ids["\u0120the"]], tokenizer.Encode("the"));
        Assert.Equal([Ids["\u0120the"]], tokenizer.Encode(" the"));
    }

    [Fact]
    public void Encode_DigitsApart_SplitsEach()
    {
        Tokenizer tokenizer = TestTokenizers.Parse(TestTokenizers.BytePairJson(new
        {
            type = "Sequence",
            pretokenizers = new object[] { new { type = "Digits", individual_digits = true }, new { type = "ByteLevel", add_prefix_space = false } },
        }));

        Assert.Equal([Ids["1"], Ids["2"], Ids["3"]], tokenizer.Encode("123"));
    }

    [Fact]
    public void Encode_Nfc_GivesTheTokensOfTheNormalisedText()
    {
        Tokenizer plain = TestTokenizers.Parse(TestTokenizers.BytePairJson());
        Tokenizer normalising = TestTokenizers.Parse(TestTokenizers.BytePairJson(normalizer: new { type = "NFC" }));

        Assert.Equal(plain.Encode("r\u00E9sum\u00E9"), normalising.Encode("re\u0301sume\u0301"));
        Assert.NotEqual(plain.Encode("re\u0301sume\u0301"), normalising.Encode("re\u0301sume\u0301"));
    }

    [Fact]
    public void Encode_LoneSurrogate_BecomesTheReplacementCharacter()
    {
        Tokenizer tokenizer = TestTokenizers.Parse(TestTokenizers.BytePairJson(normalizer: new { type = "NFC" }));

        Assert.Equal("a\uFFFDb", tokenizer.Decode(tokenizer.Encode("a\uD800b")));
    }

    private static int[] Expected(string tokens)
        => tokens.Length == 0 ? [] : [.. tokens.Split('|').Select(token => Ids[token])];

    /// <summary>Joins the pair of lowest rank, leftmost first, until none is left.</summary>
    private static List<int> NaiveBytePair(string text)
    {
        string[] bytes = TestTokenizers.Bytes();
        List<string> symbols = [.. Encoding.UTF8.GetBytes(text).Select(value => bytes[value])];
        foreach ((string left, string right) in TestTokenizers.Merges)
        {
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if (symbols[i] == left && symbols[i + 1] == right)
                {
                    symbols[i] += right;
                    symbols.RemoveAt(i + 1);
                }
            }
        }

        return [.. symbols.Select(symbol => Ids[symbol])];
    }

    private static IEnumerable<string> Split(string json, string text)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        var fields = new Json.JsonFields(document.RootElement, problem => new TokenizerFormatException("t", problem));
        TextBuffer buffer = TextBuffer.Create(text, 0, text.Length, 0);
        var pieces = new Pieces(buffer, 0);
        PreTokenizerReader.Read(fields.Object("pre_tokenizer")).Apply(pieces, CancellationToken.None);
        string[] symbols = TestTokenizers.Bytes();
        return pieces.Ranges.Select(range => Encoding.UTF8.GetString(
            [.. buffer.Text[range.Start..range.End].ToArray().Select(c => (byte)Array.IndexOf(symbols, c.ToString()))])).ToArray();
    }

    private static string RandomText(Random random, string alphabet, int most)
    {
        Rune[] runes = [.. alphabet.EnumerateRunes()];
        return string.Concat(Enumerable.Range(0, random.Next(most)).Select(_ => runes[random.Next(runes.Length)].ToString()));
    }
}
