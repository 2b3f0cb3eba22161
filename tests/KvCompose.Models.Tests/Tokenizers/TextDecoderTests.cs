using System.Text;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Models.Tests.Tokenizers;

public sealed class TextDecoderTests
{
    private readonly Tokenizer _bytes = TestTokenizers.Parse(TestTokenizers.BytePairJson());

    [Fact]
    public void Next_CharacterOverSeveralTokens_ComesWithTheLast()
    {
        TextDecoder decoder = _bytes.CreateDecoder();
        byte[] smile = Encoding.UTF8.GetBytes("🙂");

        Assert.Equal("", decoder.Next(smile[0]).ToString());
        Assert.Equal("", decoder.Next(smile[1]).ToString());
        Assert.Equal("", decoder.Next(smile[2]).ToString());
        Assert.Equal("🙂", decoder.Next(smile[3]).ToString());
        Assert.Equal("", decoder.Finish().ToString());
    }

    [Fact]
    public void Next_SequenceBreaksOff_GivesTheReplacementCharacter()
    {
        TextDecoder decoder = _bytes.CreateDecoder();

        Assert.Equal("", decoder.Next(0xE2).ToString());
        Assert.Equal("\uFFFDa", decoder.Next('a').ToString());
    }

    [Fact]
    public void Finish_IncompleteCharacter_GivesTheReplacementCharacterAndBeginsAnew()
    {
        TextDecoder decoder = _bytes.CreateDecoder();
        decoder.Next(0xF0);

        Assert.Equal("\uFFFD", decoder.Finish().ToString());
        Assert.Equal("a", decoder.Next('a').ToString());
    }

    [Fact]
    public void Next_EveryByteSequence_GivesInSumWhatDecodingAtOnceGives()
    {
        var random = new Random(1);
        for (int i = 0; i < 500; i++)
        {
            int[] tokens = [.. Enumerable.Range(0, 30).Select(_ => random.Next(4) == 0 ? random.Next(256) : random.Next(0x80, 0xF8))];
            TextDecoder decoder = _bytes.CreateDecoder();
            string text = string.Concat(tokens.Select(token => decoder.Next(token).ToString())) + decoder.Finish().ToString();

            Assert.Equal(Encoding.UTF8.GetString([.. tokens.Select(token => (byte)token)]), text);
        }
    }

    [Fact]
    public void Next_Words_AreSeparatedByOneSpace()
    {
        Tokenizer words = TestTokenizers.Parse(Support.ExpectedCase.WordTokenizer(5));
        TextDecoder decoder = words.CreateDecoder();

        Assert.Equal("w1", decoder.Next(1).ToString());
        Assert.Equal(" w2", decoder.Next(2).ToString());
        Assert.Equal("", decoder.Next(99).ToString());
        Assert.Equal(" w3", decoder.Next(3).ToString());
    }

    [Fact]
    public void Next_WarmedUp_AllocatesNothing()
    {
        TextDecoder decoder = _bytes.CreateDecoder();
        long before = 0;
        for (int i = 0; i < 1024; i++)
        {
            before = i == 512 ? GC.GetAllocatedBytesForCurrentThread() : before;
            decoder.Next(i % 256);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
