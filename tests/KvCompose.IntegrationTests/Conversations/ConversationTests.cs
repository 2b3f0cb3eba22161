using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Models;
using KvCompose.Models.Chat;
using KvCompose.Models.Sampling;

namespace KvCompose.IntegrationTests.Conversations;

/// <summary>Conversations over a session: what a turn computes, and what is left of an answer that was broken off.</summary>
public class ConversationTests
{
    private const string First = "the old river was near the garden .", Second = "what is the number of the scarlet lantern ?";

    // The model's words are joined without blanks, so that only an answer of one word can be a message again.
    private static readonly ConversationOptions Greedy = new() { MaxTokens = 1, Sampling = new SamplingOptions { Temperature = 0 } };

    [Fact]
    public void Ask_SecondTurn_ComputesOnlyWhatIsNewAndAnswersAsAPromptOfEverything()
    {
        using LanguageModel model = Load();
        using KvSession session = AnyHeads.Open(model), alone = AnyHeads.Open(model);
        var conversation = new Conversation(model, session, Greedy);
        Read(conversation.Ask(First));
        int held = conversation.HeldTokens.Count;
        int[] answer = Read(conversation.Ask(Second));

        int[] prompt = model.ChatFormat.Encode([.. conversation.Messages.SkipLast(1)]);
        alone.Prefill(prompt);
        Assert.Equal(held, conversation.LastTurn!.ReusedTokens);
        Assert.Equal(prompt.Length, conversation.LastTurn.PromptTokens);
        Assert.Equal(prompt, conversation.HeldTokens.Take(prompt.Length));
        Assert.Equal(session.Length(), conversation.HeldTokens.Count);
        Assert.Equal([.. alone.Decode(1)], answer);
    }

    [Fact]
    public void Ask_AfterAnEarlierMessageChanged_AnswersAsAPromptOfEverything()
    {
        using LanguageModel model = Load();
        using KvSession session = AnyHeads.Open(model), alone = AnyHeads.Open(model);
        var conversation = new Conversation(model, session, Greedy);
        Read(conversation.Ask(First));
        conversation.Messages[0]["content"] = "the old river was near the small boat .";
        int[] answer = Read(conversation.Ask(Second));

        int[] prompt = model.ChatFormat.Encode([.. conversation.Messages.SkipLast(1)]);
        alone.Prefill(prompt);
        Assert.InRange(conversation.LastTurn!.ReusedTokens, 1, prompt.Length - 1);
        Assert.Equal(prompt, conversation.HeldTokens.Take(prompt.Length));
        Assert.Equal([.. alone.Decode(1)], answer);
    }

    [Fact]
    public void Ask_CancelledBeforeTheFirstToken_TakesTheQuestionBack()
    {
        using LanguageModel model = Load();
        using KvSession session = AnyHeads.Open(model);
        var conversation = new Conversation(model, session, Greedy);
        Assert.Throws<OperationCanceledException>(() => Read(conversation.Ask(First, new CancellationToken(canceled: true))));
        Assert.Empty(conversation.Messages);
        Assert.Single(Read(conversation.Ask(First)));
    }

    [Fact]
    public void Ask_CancelledBetweenThePromptAndTheFirstToken_KeepsThePromptAndTakesTheQuestionBack()
    {
        using LanguageModel model = Load();
        using var interrupt = new CancellationTokenSource();
        using KvSession session = AnyHeads.Open(new AfterLogits<LanguageTransformer>(model.Transformer, interrupt.Cancel)), alone = AnyHeads.Open(model);
        var conversation = new Conversation(model, session, Greedy);
        Assert.Throws<OperationCanceledException>(() => Read(conversation.Ask(First, interrupt.Token)));
        Assert.Empty(conversation.Messages);
        Assert.Null(conversation.LastTurn);
        int[] held = [.. conversation.HeldTokens];
        Assert.Equal(session.Length(), held.Length);
        Assert.NotEmpty(held);

        int[] answer = Read(conversation.Ask(First));
        alone.Prefill(held);
        Assert.Equal([.. alone.Decode(1)], answer);
        Assert.Equal((held.Length, held.Length - 1), (conversation.LastTurn!.PromptTokens, conversation.LastTurn.ReusedTokens));
    }

    [Fact]
    public void Ask_ReadInPart_KeepsWhatWasSaid()
    {
        using LanguageModel model = Load();
        using KvSession session = AnyHeads.Open(model);
        var conversation = new Conversation(model, session, Greedy);
        conversation.Options = Greedy with { MaxTokens = 3 };
        AnswerPiece piece = conversation.Ask(First).First();
        Assert.Equal(["user", "assistant"], conversation.Messages.Select(message => (string)message["role"]!));
        Assert.Equal(piece.Text, (string)conversation.Messages[1]["content"]!);
        Assert.Equal((1, FinishReason.None), (conversation.LastTurn!.AnswerTokens, conversation.LastTurn.Finish));
    }

    [Fact]
    public void Hold_OfAnotherLength_IsRefused()
    {
        using LanguageModel model = Load();
        using KvSession session = AnyHeads.Open(model);
        Assert.Throws<ArgumentException>(() => new Conversation(model, session, Greedy).Hold([1, 2]));
    }

    private static int[] Read(IEnumerable<AnswerPiece> answer) => [.. answer.Select(piece => piece.Token.Id)];

    private static LanguageModel Load() => LanguageModel.Load(
        Folder(), new LanguageModelOptions { Threads = 1, ChatTemplate = "{% for m in messages %}{{ m.content }} {% endfor %}" });

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "samples", "models", "needle");
            if (Directory.Exists(path))
            {
                return path;
            }
        }

        throw new DirectoryNotFoundException("samples/models/needle is not above the tests");
    }
}
