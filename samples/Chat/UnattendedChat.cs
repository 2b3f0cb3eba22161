using System.Text;
using System.Text.Json.Nodes;
using KvCompose.Models.Chat;
using Spectre.Console;

namespace KvCompose.Samples.Chat;

/// <summary>One question and its answer, as text while it comes or as one JSON object at the end.</summary>
internal sealed class UnattendedChat(ChatState chat, IAnsiConsole console, bool json)
{
    public void Run(string prompt, Interruption interruption)
    {
        string question = chat.Document is { } document ? $"{document}\n\n{prompt}" : prompt;
        var answer = new StringBuilder();
        bool stopped = interruption.Guard(cancellation =>
        {
            foreach (AnswerPiece piece in chat.Conversation.Ask(question, cancellation))
            {
                answer.Append(piece.Text);
                if (!json)
                {
                    console.Profile.Out.Writer.Write(piece.Text);
                    console.Profile.Out.Writer.Flush();
                }
            }
        });
        console.Profile.Out.Writer.WriteLine(json ? Report(answer.ToString()).ToJsonString() : "");
        if (stopped)
        {
            throw new OperationCanceledException();
        }
    }

    private JsonObject Report(string answer)
    {
        var report = new JsonObject { ["pipeline"] = chat.Pipeline.Name, ["answer"] = answer };
        if (chat.Conversation.LastTurn is { } turn)
        {
            report["promptTokens"] = turn.PromptTokens;
            report["answerTokens"] = turn.AnswerTokens;
            report["finish"] = turn.Finish.ToString();
            report["prefillSeconds"] = Math.Round(turn.PrefillTime.TotalSeconds, 4);
            report["decodeSeconds"] = Math.Round(turn.DecodeTime.TotalSeconds, 4);
            report["tokensPerSecond"] = Math.Round(turn.TokensPerSecond, 2);
        }

        report["bytesHeld"] = chat.Session.Usage.BytesHeld;
        report["bytesFullCache"] = chat.FullBytes;
        return report;
    }
}
