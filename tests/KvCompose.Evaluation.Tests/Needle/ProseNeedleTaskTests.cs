using KvCompose.Evaluation.Tests.Support;
using KvCompose.Models.Tokenizers;
using KvCompose.Profiles;

namespace KvCompose.Evaluation.Tests.Needle;

public sealed class ProseNeedleTaskTests
{
    /// <summary>Byte-level pieces, SentencePiece's pieces with a space in front of every text, and unigram pieces.</summary>
    public static TheoryData<string> Tokenizers => ["llama3_like", "llama2_like", "gemma_like", "unigram_bytes_nfkc"];

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Texts_AnyTokenizer_SayWhatIsAskedFor(string name)
    {
        Tokenizer tokenizer = Tokenizer.Load(VectorFolder.Tokenizer(name));
        var words = new ProseNeedleWords(tokenizer);
        int length = 2 * ProseNeedleTask.LeastLength(words, 4, 2);
        foreach (NeedleText text in new ProseNeedleTask(words, length, 4, 2).Texts(3).Take(3))
        {
            Assert.InRange(text.Tokens.Length, length / 2, length);
            string whole = tokenizer.Decode(text.Tokens);
            Assert.Equal((4, 2), (text.Facts.Count, text.Questions.Count));
            Assert.Equal(4, whole.Split("The special number of the").Length - 1 - 2);
            foreach (NeedleQuestion question in text.Questions)
            {
                Assert.Equal([.. question.Fact.Value], text.Tokens.Slice(question.PromptTokens, question.Fact.Value.Count).ToArray());
                string asked = tokenizer.Decode(text.Asked(question));
                string key = asked[(asked.IndexOf("Answer: ", StringComparison.Ordinal) + "Answer: ".Length)..];
                string value = tokenizer.Decode([.. question.Fact.Value]).Trim();
                Assert.InRange(int.Parse(value), 1000, 9999);
                string said = $"{key} {value}.";
                Assert.True(whole.IndexOf(said, StringComparison.Ordinal) is >= 0 and var at && at < whole.IndexOf("Question:", StringComparison.Ordinal), $"'{said}' in {whole}");
                Assert.Contains(key[..^" is".Length]["The ".Length..] + "?", asked, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Texts_SameSeed_AreTheSame()
    {
        var words = new ProseNeedleWords(Tokenizer.Load(VectorFolder.Tokenizer("llama3_like")));
        int length = ProseNeedleTask.LeastLength(words, 8, 1) + 200;
        int[] Tokens(ulong seed) => new ProseNeedleTask(words, length, 8, 1).Texts(seed).First().Tokens.ToArray();
        Assert.Equal(Tokens(5), Tokens(5));
        Assert.NotEqual(Tokens(5), Tokens(6));
    }

    [Fact]
    public void Retrieval_OfAText_FindsTheValueInItsFact()
    {
        Tokenizer tokenizer = Tokenizer.Load(VectorFolder.Tokenizer("llama2_like"));
        var words = new ProseNeedleWords(tokenizer);
        NeedleText text = new ProseNeedleTask(words, ProseNeedleTask.LeastLength(words, 3, 1), 3, 1).Texts(1).First();
        RetrievalText found = NeedleCalibration.Retrieval(text, text.Questions[0]);
        Assert.Equal([.. text.Questions[0].Fact.Value], found.Prompt[found.AnswerStart..(found.AnswerStart + found.AnswerTokens)]);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(101, 1)]
    [InlineData(4, 5)]
    [InlineData(4, 0)]
    public void Constructor_CountsOutOfRange_Throws(int facts, int questions)
    {
        var words = new ProseNeedleWords(Tokenizer.Load(VectorFolder.Tokenizer("llama3_like")));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProseNeedleTask(words, 100_000, facts, questions));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProseNeedleTask(words, ProseNeedleTask.LeastLength(words, 4, 2) - 1, 4, 2));
    }
}
