import { Controller, type DynamicModule, Get, Injectable, Module, type Type, UseGuards } from '@nestjs/common';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import type { Issuer } from '../issuer.ts';
import { passportJwtOptions } from './passport-jwt.ts';

// The decorators are called as functions: Node.js runs this file without a compiler.

/** An application with one handler, and these modules. */
export function appOf(...imports: (DynamicModule | Type)[]): Type {
  return moduleOf({ imports, controllers: [notesController()] });
}

/** The application of the chapter "Passport" of the documentation of NestJS: a strategy, and a guard on the controller. */
export function passportAppOf(issuer: Issuer): Type {
  class JwtStrategy extends PassportStrategy(Strategy) {
    constructor() {
      super(passportJwtOptions(issuer, issuer.publicKey));
    }

    validate(payload: object): object {
      return payload;
    }
  }
  Injectable()(JwtStrategy);
  const controller = notesController();
  UseGuards(AuthGuard('jwt'))(controller);
  return moduleOf({ imports: [PassportModule], controllers: [controller], providers: [JwtStrategy] });
}

function notesController(): Type {
  class NotesController {
    list(): object {
      return { ok: true };
    }
  }
  const { prototype } = NotesController;
  Get()(prototype, 'list', Object.getOwnPropertyDescriptor(prototype, 'list') ?? {});
  Controller()(NotesController);
  return NotesController;
}

function moduleOf(metadata: Parameters<typeof Module>[0]): Type {
  // oxlint-disable-next-line typescript/no-extraneous-class -- a module of NestJS is a class without members
  class AppModule {}
  Module(metadata)(AppModule);
  return AppModule;
}
