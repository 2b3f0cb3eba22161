using System.Text;
using System.Text.Json.Nodes;
using KvCompose.Models.Sampling;
using KvCompose.Models.Sampling.Grammars;

namespace KvCompose.Models.Tests.Sampling;

public class GrammarTests
{
    [Theory]
    [InlineData("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},\"b\":{\"type\":\"string\"}},\"required\":[\"a\"]}", "{\"a\":1}|{\"a\": -12, \"b\": \"x\"}", "{}|{\"b\":\"x\"}|{\"a\":1.5}|{\"a\":1,\"c\":2}|{\"a\":01}")]
    [InlineData("{\"enum\":[\"red\",\"green\",3,null]}", "\"red\"|\"green\"|3|null", "\"blue\"|\"re\"|33")]
    [InlineData("{\"type\":\"string\",\"minLength\":2,\"maxLength\":3}", "\"ab\"|\"\u20ac\u20acx\"|\"\\n\\u0041\"", "\"a\"|\"abcd\"|ab")]
    [InlineData("{\"type\":\"integer\",\"minimum\":-12,\"maximum\":105}", "-12|-1|0|99|105", "-13|106|-0|1000|007")]
    [InlineData("{\"type\":\"number\",\"exclusiveMinimum\":0,\"maximum\":1.5}", "0.5|1|1.5|1.25|0.000001", "0|0.0|1.6|2|-1")]
    [InlineData("{\"type\":\"array\",\"items\":{\"type\":\"boolean\"},\"minItems\":1,\"maxItems\":2}", "[true]|[true, false]", "[]|[true,true,true]|[1]")]
    [InlineData("{\"anyOf\":[{\"type\":\"null\"},{\"const\":{\"k\":[1,\"\\\"\"]}}]}", "null|{\"k\":[1,\"\\\"\"]}", "{}|{\"k\":[1]}")]
    [InlineData("{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"object\",\"properties\":{\"c\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/n\"}}},\"required\":[\"c\"]}}}", "{\"c\":[]}|{\"c\":[{\"c\":[{\"c\":[]}]}]}", "{}|{\"c\":[1]}")]
    [InlineData("{\"type\":\"object\",\"properties\":{\"ab\":{\"type\":\"integer\"}},\"additionalProperties\":{\"type\":\"boolean\"}}", "{}|{\"ab\":1}|{\"a\":true}|{\"ab\":1,\"abc\":true,\"x\":false}|{\"\":true}", "{\"ab\":true}|{\"x\":1}")]
    [InlineData("{\"type\":[\"string\",\"null\"],\"format\":\"date\"}", "\"2024-02-28\"|null", "\"2024-02-30\"|\"2024-13-01\"|\"x\"")]
    [InlineData("true", "1.5e3|[{\"a\":[null]}]|\"\\\\\"", "tru|{a:1}|[1,]|\"\\x\"|\"\\ud800\"")]
    public void Schema_AllowsExactlyTheseTexts(string schema, string allowed, string refused)
    {
        JsonGrammar grammar = JsonGrammar.FromSchema(JsonNode.Parse(schema));
        Assert.All(allowed.Split('|'), text => Assert.True(Bytewise.Matches(grammar, text), text));
        Assert.All(refused.Split('|'), text => Assert.False(Bytewise.Matches(grammar, text), text));
    }

    [Theory]
    [InlineData("{\"type\":\"string\",\"pattern\":\"a+\"}", "pattern")]
    [InlineData("{\"not\":{}}", "not")]
    [InlineData("{\"type\":\"array\",\"uniqueItems\":true}", "uniqueItems")]
    [InlineData("{\"type\":\"object\",\"patternProperties\":{}}", "patternProperties")]
    [InlineData("{\"type\":\"integer\",\"multipleOf\":3}", "multipleOf")]
    [InlineData("{\"$ref\":\"http://x/y\"}", "http://x/y")]
    [InlineData("{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/a\"}}}", "itself")]
    [InlineData("{\"properties\":{\"a\":{\"type\":\"text\"}}}", "#/properties/a/type")]
    [InlineData("{\"type\":\"integer\",\"minimum\":3,\"maximum\":2}", "between")]
    [InlineData("{\"type\":\"string\",\"minLength\":3,\"maxLength\":2}", "at most 2")]
    public void Schema_ThatCannotBeKept_IsRefusedByName(string schema, string what) =>
        Assert.Contains(what, Assert.Throws<GrammarException>(() => JsonGrammar.FromSchema(JsonNode.Parse(schema))).Message);

    [Fact]
    public void Mask_EndTokens_AreForbiddenUntilTheValueIsComplete()
    {
        string[] spellings = ["{", "}", "\"a\"", ":", "1", "<end>", "<eot>", "<pad>", "{\"a\":1}"];
        var table = new TokenTable(spellings.Length, token => Encoding.UTF8.GetBytes(spellings[token]), [5, 6, 7]);
        JsonGrammar grammar = JsonGrammar.FromSchema(JsonNode.Parse("{\"type\":\"object\",\"properties\":{\"a\":{\"const\":1}},\"required\":[\"a\"]}"));
        var bias = new Dictionary<int, float> { [5] = 100, [6] = 100, [7] = 100 };
        var sampler = new Sampler(new SamplingOptions { Temperature = 0, LogitBias = bias }, spellings.Length, default, new GrammarMatcher(grammar, table));
        int[] tokens = [.. Enumerable.Range(0, 6).Select(_ => sampler.Next([0, 0, 0, 0, 0, 0, 0, 0, -1]).Id)];
        Assert.Equal([0, 2, 3, 4, 1, 5], tokens);
    }

    [Fact]
    public void RandomDraws_AlwaysParse_AndKeepTheSchema()
    {
        JsonGrammar grammar = JsonGrammar.FromSchema(JsonNode.Parse(
            "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\",\"minimum\":5,\"maximum\":77},\"t\":{\"type\":\"string\",\"maxLength\":4},\"v\":{\"type\":\"array\",\"items\":{\"enum\":[\"x\",\"y\"]},\"maxItems\":3}},\"required\":[\"n\",\"t\",\"v\"]}"));
        var table = new TokenTable(257, token => new[] { (byte)token }, [256]);
        for (ulong seed = 0; seed < 30; seed++)
        {
            var sampler = new Sampler(new SamplingOptions { Seed = seed }, 257, default, new GrammarMatcher(grammar, table));
            var bytes = new List<byte>();
            for (int token; (token = sampler.Next(new float[257]).Id) != 256;)
            {
                bytes.Add((byte)token);
                Assert.True(bytes.Count < 2000);
            }

            JsonNode value = JsonNode.Parse(bytes.ToArray())!;
            Assert.InRange((int)value["n"]!, 5, 77);
            Assert.InRange(((string)value["t"]!).EnumerateRunes().Count(), 0, 4);
            Assert.InRange(value["v"]!.AsArray().Count, 0, 3);
        }
    }

    [Fact]
    public void Mask_EqualsSteppingEveryToken()
    {
        var random = new Random(3);
        string[] spellings = [.. Enumerable.Range(0, 300).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => "{}[]\":,ab01.-e\\ntrue "[random.Next(21)])))];
        byte[][] bytes = [.. spellings.Select(Encoding.UTF8.GetBytes), []];
        var table = new TokenTable(301, token => bytes[token], [300]);
        var matcher = new GrammarMatcher(JsonGrammar.AnyValue, table);
        var text = new StringBuilder();
        for (int step = 0; step < 40; step++)
        {
            int[] allowed = [.. Enumerable.Range(0, 300).Where(matcher.Allows)];
            int[] expected = [.. Enumerable.Range(0, 300).Where(token => Bytewise.IsPrefix(JsonGrammar.AnyValue, text + spellings[token]))];
            Assert.Equal(expected, allowed);
            if (allowed.Length == 0)
            {
                break;
            }

            int chosen = allowed[random.Next(allowed.Length)];
            matcher.Accept(chosen);
            text.Append(spellings[chosen]);
        }
    }

    [Fact]
    public void DeepNesting_Ends()
    {
        Assert.True(Bytewise.IsPrefix(JsonGrammar.AnyValue, new string('[', 50)));
        Assert.False(Bytewise.IsPrefix(JsonGrammar.AnyValue, new string('[', 70)));
    }

    /// <summary>Follows a text byte by byte.</summary>
    private static class Bytewise
    {
        private static readonly TokenTable Table = new(257, token => new[] { (byte)token }, [256]);

        public static bool Matches(JsonGrammar grammar, string text) => Follow(grammar, text) is { IsComplete: true };

        public static bool IsPrefix(JsonGrammar grammar, string text) => Follow(grammar, text) is not null;

        private static GrammarMatcher? Follow(JsonGrammar grammar, string text)
        {
            var matcher = new GrammarMatcher(grammar, Table);
            foreach (byte b in Encoding.UTF8.GetBytes(text))
            {
                if (!matcher.Allows(b))
                {
                    return null;
                }

                matcher.Accept(b);
            }

            return matcher;
        }
    }
}
