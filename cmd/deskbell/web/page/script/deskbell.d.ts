// Types of https://YOUR-DESKBELL/deskbell.js, which defines the global `deskbell`.

declare namespace Deskbell {
  type Status = "online" | "away" | "offline";
  type Mode = "chat" | "messaging" | "offline_form" | "contact_form" | "message" | "hidden";

  /** What the widget is to show. Instants are RFC 3339. */
  interface State {
    status: Status;
    mode: Mode;
    new_chats: boolean;
    /** The text of mode message. */
    message?: string;
    reason: string;
    since: string;
    /** When it changes next; null when that is not in sight. */
    until: string | null;
    next: Status | null;
    next_mode?: Mode | null;
    next_open: string | null;
    version: number;
    departments?: { [id: string]: State };
    /** The page has flipped by itself, and the server has not confirmed it yet: reason and what comes next are not known. */
    assumed?: true;
  }

  /** Something to be done on the page: CloudEvents JSON. */
  interface Action {
    id: string;
    type: "message.send" | "form.show" | "widget.hide" | "chat.close" | "visitor.set_department";
    source: string;
    specversion: "1.0";
    time: string;
    data: {
      visit?: string;
      chat?: string;
      text?: string;
      form?: "offline_form" | "contact_form" | "callback_form";
      department?: string;
      departments?: { id: string; name?: string }[];
      attachments?: { file?: string; form?: string; image?: string; link?: string; title?: string }[];
      sender?: { name?: string; image?: string };
      suggested?: string[];
    };
  }

  /** The data of an action message.send, with its id and time. */
  type Message = Action["data"] & { id: string; time: string };

  /** An event on its way to the server. */
  interface Event {
    id: string;
    type: string;
    time?: string;
    data: { [name: string]: unknown };
  }

  /** What became of an event. It never rejects: without a server, it waits. */
  interface Result {
    status: "taken" | "refused" | "unknown_property" | "over_quota";
    id?: string;
    errors?: { message?: string; location?: string; value?: unknown }[];
  }

  /** What a page may say of its visitor. All of it is unverified, and gives way to what a server has said. */
  interface Facts {
    name?: string;
    email?: string;
    country?: string;
    region?: string;
    city?: string;
    language?: string;
    browser?: string;
    os?: string;
    device?: string;
    tags?: string[];
    custom?: { [name: string]: unknown };
  }

  /** Events that a page may send. Any other name is one of the application's own: visitor.custom. */
  type EventType =
    | "page.viewed" | "widget.maximized" | "widget.minimized" | "department.chosen"
    | "form.abandoned" | "form.submitted" | "chat.requested" | "chat.message";

  interface Seen {
    state?: State;
    /** The server is there, as far as is known. */
    live: boolean;
    visitor: string;
    visit: string;
    /** The visitor's chat that was requested last and has not been closed; empty: none. */
    chat: string;
    /** Those of this visit in this tab, at most twenty. */
    actions: Action[];
    /** By how much the server's clock is ahead of this machine's, in ms; null: not known yet. */
    ahead: number | null;
  }

  interface API {
    /** Calls f with the present state, and each further one. The function that it gives ends that. */
    on(name: "state", f: (state: State) => void): () => void;
    /** Calls f with each message to the visitor, once in a visit, and with those that this page was told before it listened. */
    on(name: "message", f: (message: Message) => void): () => void;
    /** The same for all actions, messages too. */
    on(name: "action", f: (action: Action) => void): () => void;
    /** Calls f with each event that this page sends. */
    on(name: "event", f: (event: Event) => void): () => void;
    /** Sends an event. visitor, visit and chat are filled in. */
    event(type: EventType, data?: { [name: string]: unknown }): Promise<Result>;
    event(name: string, values?: { [name: string]: unknown }): Promise<Result>;
    /** Says who the visitor is: in facts, or as a token that your server has signed. */
    identify(who: Facts | string): Promise<Result>;
    /** Ends the visit and forgets the visitor: what follows is of another one. */
    forget(): Promise<Result>;
    get(): Seen;
    /** Calls f with this. Before the script is there, `(window.deskbell = window.deskbell || []).push(f)` keeps it waiting. */
    push(f: (deskbell: API) => void): void;
  }
}

interface Window {
  deskbell: Deskbell.API | Array<(deskbell: Deskbell.API) => void>;
}

declare const deskbell: Deskbell.API;
