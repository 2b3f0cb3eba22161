using System.Diagnostics;
using System.Globalization;
using KvCompose.Models.Chat;
using KvCompose.Models.Sampling;
using Spectre.Console;

namespace KvCompose.Samples.Chat;

/// <summary>A conversation with a person: questions, and commands that begin with a slash.</summary>
internal sealed class AttendedChat(ChatState chat, IAnsiConsole console, TextReader input)
{
    private const string Help = """
        /pipeline [NAME]  shows the pipelines, or goes on with another one
        /file FILE        a text that goes in front of the next question
        /save FILE        writes the conversation, and its cache to FILE.kv
        /load FILE        goes on with a conversation that was saved
        /fork             goes on in a copy of the conversation
        /switch N         goes on in another conversation
        /clear            begins anew
        /stats            tokens and bytes
        /quit             ends
        Ctrl-C stops an answer.
        """;

    private TextWriter Out => console.Profile.Out.Writer;

    public void Run(Interruption interruption)
    {
        Out.WriteLine(chat.Model.Report.ToString());
        Out.WriteLine($"pipeline {chat.Pipeline.Name}: {chat.Pipeline.Description}. /help shows the commands.");
        while (true)
        {
            Out.Write("\n> ");
            Out.Flush();
            if (input.ReadLine() is not { } line || line.Trim() is "/quit" or "/exit")
            {
                return;
            }

            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            try
            {
                if (line.StartsWith('/'))
                {
                    Command(line.Trim());
                }
                else
                {
                    Answer(line, interruption);
                }
            }
            catch (Exception problem) when (problem is WrongArgumentException || ChatState.IsExpected(problem))
            {
                Out.WriteLine(problem.Message);
            }
        }
    }

    private void Answer(string line, Interruption interruption)
    {
        string question = chat.Document is { } document ? $"{document}\n\n{line}" : line;
        var clock = Stopwatch.StartNew();
        int tokens = 0;
        var live = new LiveAnswer(console, () => Status(tokens, tokens < 2 ? 0 : (tokens - 1) / clock.Elapsed.TotalSeconds));
        bool stopped;
        try
        {
            stopped = interruption.Guard(cancellation =>
            {
                foreach (AnswerPiece piece in chat.Conversation.Ask(question, cancellation))
                {
                    if (tokens++ == 0)
                    {
                        clock.Restart(); // The prompt is not counted.
                    }

                    live.Add(piece.Text);
                }
            });
        }
        finally
        {
            live.End();
        }

        chat.Document = null;
        if (chat.Conversation.LastTurn is { } turn && tokens > 0)
        {
            string ended = stopped ? ", stopped" : turn.Finish == FinishReason.Length ? ", most tokens reached" : "";
            Dim(string.Create(
                CultureInfo.InvariantCulture,
                $"{Status(turn.AnswerTokens, turn.TokensPerSecond)} · first after {turn.PrefillTime.TotalSeconds:F2} s{ended}"));
        }
    }

    private void Dim(string line)
        => Out.WriteLine(console.Profile.Capabilities.Ansi && console.Profile.Out.IsTerminal ? $"\e[2m{line}\e[0m" : line);

    private string Status(int tokens, double rate)
    {
        long held = chat.Session.Usage.BytesHeld, saved = chat.FullBytes - held;
        string share = saved > 0 ? $", {Bytes.Of(saved)} saved" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{tokens} tokens · {rate:F1}/s · {Bytes.Of(held)} held{share}");
    }

    private void Command(string line)
    {
        string[] words = line.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string? argument = words.Length > 1 ? words[1] : null;
        switch (words[0])
        {
            case "/help":
                Out.WriteLine(Help);
                break;
            case "/pipeline" when argument is null:
                foreach (ChatPipeline pipeline in ChatPipeline.All)
                {
                    Out.WriteLine($"{(pipeline == chat.Pipeline ? '*' : ' ')} {pipeline.Name,-10} {pipeline.Description}");
                }

                break;
            case "/pipeline":
                chat.Change(ChatPipeline.Find(argument));
                Out.WriteLine($"pipeline {chat.Pipeline.Name}: the conversation is processed anew with the next question");
                break;
            case "/file":
                chat.Document = ChatState.ReadDocument(Required(argument, "/file FILE"));
                Out.WriteLine($"{chat.Document.Length} characters go in front of the next question");
                break;
            case "/save":
                chat.Save(Required(argument, "/save FILE"));
                Out.WriteLine($"saved: {chat.Conversation.Messages.Count} messages, {chat.Conversation.HeldTokens.Count} tokens");
                break;
            case "/load":
                chat.Load(Required(argument, "/load FILE"));
                Out.WriteLine($"pipeline {chat.Pipeline.Name}, {chat.Conversation.Messages.Count} messages, {chat.Conversation.HeldTokens.Count} tokens");
                break;
            case "/fork":
                Out.WriteLine($"conversation {chat.Fork()}; /switch goes back");
                break;
            case "/switch":
                chat.Switch(int.TryParse(argument, CultureInfo.InvariantCulture, out int number) ? number : throw new WrongArgumentException("/switch N"));
                Out.WriteLine($"conversation {chat.Current}, {chat.Conversation.Messages.Count} messages");
                break;
            case "/clear":
                chat.Clear();
                break;
            case "/stats":
                Stats();
                break;
            default:
                throw new WrongArgumentException($"there is no command {words[0]}; /help shows what there is");
        }
    }

    private void Stats()
    {
        CacheUsage usage = chat.Session.Usage;
        Out.WriteLine($"conversation {chat.Current} of {string.Join(", ", chat.Numbers)}: {chat.Conversation.Messages.Count} messages, {chat.Conversation.HeldTokens.Count} tokens");
        Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"held {Bytes.Of(usage.BytesHeld)} ({usage.TokensPerHead:F0} tokens a head), most {Bytes.Of(usage.PeakBytes)}"));
        Out.WriteLine($"full cache in fp16 {Bytes.Of(chat.FullBytes)}");
        if (chat.Conversation.LastTurn is { } turn)
        {
            Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"last turn: prompt {turn.PromptTokens} tokens, {turn.ReusedTokens} held before, {turn.PrefillTime.TotalSeconds:F2} s; answer {turn.AnswerTokens} tokens, {turn.DecodeTime.TotalSeconds:F2} s"));
        }
    }

    private static string Required(string? argument, string usage) => argument ?? throw new WrongArgumentException(usage);
}
