using KvCompose.Evaluation.Tests.Support;

namespace KvCompose.Evaluation.Tests.Needle;

public class NeedleTaskTests
{
    private static readonly NeedleVocabulary Vocabulary = EmbeddedNeedle.Vocabulary;

    [Theory]
    [InlineData(93, 8, 1)]
    [InlineData(512, 8, 1)]
    [InlineData(2048, 8, 3)]
    [InlineData(8192, 40, 40)]
    public void Texts_AnyLength_AreFullToLessThanOneSentence(int length, int facts, int questions)
    {
        int longest = EmbeddedNeedle.NoiseTemplates().Max(template => template.Length);
        Assert.All(Texts(length, facts, questions, 10), text => Assert.InRange(text.Tokens.Length, length - longest + 1, length));
    }

    [Theory]
    [InlineData(512, 8, 1)]
    [InlineData(2048, 16, 4)]
    public void Texts_AnyLength_ConsistOfBeginningFactsAndNoise(int length, int facts, int questions)
    {
        string[][] noise = EmbeddedNeedle.NoiseTemplates();
        foreach (NeedleText text in Texts(length, facts, questions, 10))
        {
            string beginning = string.Join(' ', EmbeddedNeedle.Template("beginning"));
            Assert.StartsWith($"{beginning} ", string.Join(' ', EmbeddedNeedle.Words(text.Tokens)), StringComparison.Ordinal);
            string[] stated = [.. text.Facts.Select(fact => PlainText.Filled("fact", fact))];
            Assert.Equal(facts, stated.Length);
            List<string[]> sentences = PlainText.Sentences(text);
            Assert.Equal(stated, sentences.Select(sentence => string.Join(' ', sentence)).Where(stated.Contains));
            Assert.All(
                sentences.Where(sentence => !stated.Contains(string.Join(' ', sentence))),
                sentence => Assert.Contains(noise, template => PlainText.Matches(template, sentence)));
        }
    }

    [Fact]
    public void Facts_OfAnyText_BeginWhereTheySay()
        => Assert.All(Texts(512, 8, 1, 10), text => Assert.All(text.Facts, fact =>
        {
            string expected = PlainText.Filled("fact", fact);
            ReadOnlySpan<int> tokens = text.Tokens.Slice(fact.Start, expected.Split(' ').Length);
            Assert.Equal(expected, string.Join(' ', EmbeddedNeedle.Words(tokens)));
        }));

    [Fact]
    public void Keys_OfAnyText_AreDifferentAndHeldOut()
        => Assert.All(Texts(1024, 32, 1, 20), text =>
        {
            Assert.Equal(32, text.Facts.Select(fact => (fact.Adjective, fact.Noun)).Distinct().Count());
            Assert.All(text.Facts, fact => Assert.Equal(0, (fact.Adjective + fact.Noun) % 8));
        });

    [Fact]
    public void Noise_OfManyTexts_TakesAnyPairButTheKeys()
    {
        string[] adjectives = EmbeddedNeedle.List("adjectives"), nouns = EmbeddedNeedle.List("nouns");
        var heldOut = new HashSet<bool>();
        foreach (NeedleText text in Texts(2048, 64, 1, 20))
        {
            var keys = text.Facts.Select(fact => (adjectives[fact.Adjective], nouns[fact.Noun])).ToHashSet();
            var pairs = PlainText.Sentences(text).Where(sentence => sentence[3] == "was" && adjectives.Contains(sentence[1])).ToArray();
            Assert.NotEmpty(pairs);
            Assert.All(pairs, sentence => Assert.DoesNotContain((sentence[1], sentence[2]), keys));
            heldOut.UnionWith(pairs.Select(sentence => Vocabulary.IsHeldOut(Array.IndexOf(adjectives, sentence[1]), Array.IndexOf(nouns, sentence[2]))));
        }

        Assert.Equal(2, heldOut.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void Questions_OfAnyText_AskForDifferentFactsAtItsEnd(int questions)
        => Assert.All(Texts(512, 8, questions, 10), text =>
        {
            Assert.Equal(questions, text.Questions.Select(question => question.Fact).Distinct().Count());
            Assert.All(text.Questions, question => Assert.Contains(question.Fact, text.Facts));
            string expected = string.Join(' ', text.Questions.Select(question =>
                $"{PlainText.Filled("question", question.Fact)} {Value(question)} {string.Join(' ', EmbeddedNeedle.Template("afterAnswer"))}"));
            Assert.Equal(expected, string.Join(' ', EmbeddedNeedle.Words(text.Tokens[text.Questions[0].Start..])));
            Assert.All(text.Questions, question =>
            {
                Assert.Equal(PlainText.Filled("question", question.Fact), string.Join(' ', EmbeddedNeedle.Words(text.Asked(question))));
                Assert.EndsWith(PlainText.Filled("question", question.Fact), string.Join(' ', EmbeddedNeedle.Words(text.Prompt(question))), StringComparison.Ordinal);
            });
        });

    [Fact]
    public void Facts_OfManyTexts_LieEverywhere()
    {
        var quarters = new int[4];
        foreach (NeedleText text in Texts(512, 4, 1, 500))
        {
            text.Facts.ToList().ForEach(fact => quarters[4 * fact.Start / text.Questions[0].Start]++);
        }

        Assert.All(quarters, count => Assert.InRange(count, 400, 600));
    }

    [Fact]
    public void Questions_OfManyTexts_AskForAnyOfTheFacts()
    {
        var asked = new int[4];
        foreach (NeedleText text in Texts(512, 4, 1, 1000))
        {
            asked[text.Facts.ToList().IndexOf(text.Questions[0].Fact)]++;
        }

        Assert.All(asked, count => Assert.InRange(count, 200, 300));
    }

    [Fact]
    public void Values_OfManyTexts_UseEveryNumber()
        => Assert.Equal(100, Texts(512, 16, 1, 100).SelectMany(text => text.Facts).SelectMany(fact => fact.Value).Distinct().Count());

    [Fact]
    public void Texts_SameSeed_AreTheSameAndDifferFromOtherSeeds()
    {
        string first = Fingerprint(1), again = Fingerprint(1), other = Fingerprint(2);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);

        static string Fingerprint(ulong seed) => string.Join('|', Task(512, 8, 2).Texts(seed).Take(3).Select(text => string.Join(' ', text.Tokens.ToArray())));
    }

    [Theory]
    [InlineData(92, 8, 1, "length is 92")]
    [InlineData(512, 0, 1, "facts is 0")]
    [InlineData(100_000, 577, 1, "facts is 577")]
    [InlineData(512, 8, 0, "questions is 0")]
    [InlineData(512, 8, 9, "questions is 9")]
    public void Task_Impossible_SaysWhy(int length, int facts, int questions, string expected)
        => Assert.Contains(expected, Assert.Throws<ArgumentOutOfRangeException>(() => Task(length, facts, questions)).Message);

    private static string Value(NeedleQuestion question) => string.Join(' ', EmbeddedNeedle.Words([.. question.Fact.Value]));

    private static NeedleTask Task(int length, int facts, int questions) => new(Vocabulary, length, facts, questions);

    private static IEnumerable<NeedleText> Texts(int length, int facts, int questions, int count)
        => Task(length, facts, questions).Texts(seed: 11).Take(count);
}
