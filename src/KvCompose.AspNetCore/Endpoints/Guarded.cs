using System.Text.Json;
using KvCompose.AspNetCore.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace KvCompose.AspNetCore.Endpoints;

/// <summary>What every endpoint has around it: who may ask, and errors in OpenAI's format.</summary>
internal static class Guarded
{
    /// <summary>An endpoint's work.</summary>
    /// <param name="context">The request.</param>
    /// <param name="state">What endpoints share.</param>
    /// <param name="client">Who asks.</param>
    public delegate Task Work(HttpContext context, ServerState state, string client);

    public static RequestDelegate By(Work work, bool open = false) => async context =>
    {
        ServerState state = context.RequestServices.GetRequiredService<ServerState>();
        try
        {
            await work(context, state, open ? "" : state.Access.Require(context)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
        catch (Exception problem)
        {
            OpenAiException error = ErrorMapping.Of(problem);
            if (error.Status == StatusCodes.Status500InternalServerError)
            {
                ServerLog.Failed(state.Logger, context.Request.Path, problem);
            }
            else
            {
                ServerLog.Refused(state.Logger, context.Request.Path, error.Status, error.Code);
            }

            await WriteAsync(context.Response, error).ConfigureAwait(false);
        }
    };

    /// <summary>Who may ask, in front of an endpoint of somebody else.</summary>
    public static RequestDelegate Behind(RequestDelegate next) => By((context, _, _) => next(context));

    public static ErrorBody Body(OpenAiException error) => new(new ErrorDetail(error.Message, error.Type, error.Parameter, error.Code));

    private static async Task WriteAsync(HttpResponse response, OpenAiException error)
    {
        if (response.HasStarted)
        {
            response.HttpContext.Abort();
            return;
        }

        response.StatusCode = error.Status;
        response.ContentType = "application/json";
        if (error.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        await JsonSerializer.SerializeAsync(response.Body, Body(error), PayloadJson.Default.ErrorBody).ConfigureAwait(false);
    }
}
